//! What goes out, told from the command line beside the running server.

use latchstring_testing::binary::{Server, finish};
use serde_json::{Value, json};

use crate::{STORE, home, tell, written};

#[tokio::test]
async fn a_report_waits_in_the_outbox_until_it_is_delivered_to_a_folder() {
    let home = home().await;
    let server = Server::start(&home);
    let (ok, text, _) = finish(&home, &[&["outbox", "list"][..], &STORE].concat());
    assert!(ok && text.contains("nothing went out yet"), "{text}");

    written(&server, "return await app.reports.runNow({ reportId: 'rep_weekly' })").await;
    let waiting = tell(&home, &["outbox", "list"]);
    assert_eq!(states(&waiting), [json!("waiting")]);
    let message = &waiting[0]["message"];
    assert_eq!(
        (&message["kind"], &message["recipients"], &message["subject"]),
        (
            &json!("report"),
            &json!(["buyer@harbor.example"]),
            &json!("What to reorder")
        )
    );

    // A file is in the folder's place: nothing is lost.
    let folder = home.path().join("mail");
    std::fs::write(&folder, "").unwrap();
    let to = folder.to_str().unwrap();
    let done = tell(&home, &["outbox", "deliver", "--to", to]);
    assert_eq!(done, json!({ "delivered": 0, "failed": 1, "givenUp": 0 }));
    let failed = tell(&home, &["outbox", "list"]);
    assert_eq!(states(&failed), [json!("waiting")]);
    assert!(
        failed[0]["error"].as_str().is_some_and(|error| error.contains(to)),
        "{failed}"
    );

    std::fs::remove_file(&folder).unwrap();
    // It would be tried again in a minute; nobody has to wait for that.
    let nothing = tell(&home, &["outbox", "deliver", "--to", to]);
    assert_eq!(nothing, json!({ "delivered": 0, "failed": 0, "givenUp": 0 }));
    assert_eq!(tell(&home, &["outbox", "retry"]), json!({ "waiting": 1 }));
    let done = tell(&home, &["outbox", "deliver", "--to", to]);
    assert_eq!(done, json!({ "delivered": 1, "failed": 0, "givenUp": 0 }));
    let id = message["id"].as_str().unwrap();
    let file = std::fs::read(folder.join(format!("{id}.json"))).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&file).unwrap(), *message);
    assert_eq!(states(&tell(&home, &["outbox", "list"])), [json!("delivered")]);
    let again = tell(&home, &["outbox", "deliver", "--to", to]);
    assert_eq!(again, json!({ "delivered": 0, "failed": 0, "givenUp": 0 }));
}

fn states(listed: &Value) -> Vec<Value> {
    let messages = listed.as_array().unwrap();
    messages.iter().map(|message| message["state"].clone()).collect()
}

#[tokio::test]
async fn what_is_due_is_written_once() {
    let home = home().await;
    let server = Server::start(&home);
    let run = || tell(&home, &["outbox", "run-due"]);
    assert_eq!(
        run(),
        json!({ "reports": 0, "alarms": 0, "undone": [] }),
        "nothing is watched yet"
    );
    written(
        &server,
        "return await app.notifications.setRule({ enabled: true, threshold: 1000, viewIds: ['view_all'], recipientIds: ['rcp_buyer'] })",
    )
    .await;
    assert_eq!(
        run(),
        json!({ "reports": 0, "alarms": 16, "undone": [] }),
        "everything is below a thousand"
    );
    assert_eq!(run(), json!({ "reports": 0, "alarms": 0, "undone": [] }));
    let listed = tell(&home, &["outbox", "list"]);
    assert_eq!(listed.as_array().map(Vec::len), Some(1));
    assert_eq!(listed[0]["message"]["kind"], json!("notification"));
}
