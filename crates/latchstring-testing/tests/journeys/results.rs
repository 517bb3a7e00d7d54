//! What programs return and print, as a client receives it: as it was, in its order, and no longer than clients take.

use latchstring::Scope;
use serde_json::{Value, json};

use crate::assembly;

#[tokio::test]
async fn a_result_keeps_the_order_of_its_fields() {
    let app = assembly().await;
    let agent = app.agent(Scope::ReadWrite).await;
    let program = "const { items } = await app.locations.list({});\n\
                   return { zebra: 1, apple: { second: 2, first: 1 }, location: items[0] }";
    let in_order = r#""result":{"zebra":1,"apple":{"second":2,"first":1},"location":{"locationId":"#;
    for tool in ["run", "run_write"] {
        let reply = agent.call(tool, json!({ "program": program })).await;
        let text = reply.tool_text();
        assert!(text.contains(in_order), "{tool} as text: {text}");
        assert!(reply.text.contains(in_order), "{tool} as structure: {}", reply.text);
    }
    let mut request = agent.request(json!({ "program": program }).to_string());
    *request.uri_mut() = "/api/v1/run".parse().unwrap();
    let rest = agent.send(request).await;
    assert!(rest.text.contains(in_order), "{}", rest.text);
}

#[tokio::test]
async fn dates_decimals_and_large_integers_arrive_as_they_were() {
    let app = assembly().await;
    let agent = app.agent(Scope::Read).await;
    let program = "return {
        moment: new Date(Date.UTC(2026, 10, 29, 18, 30, 0, 250)),
        noMoment: new Date(NaN),
        tenth: 0.1, sum: 0.1 + 0.2, small: 1e-7, price: 12.50,
        exact: 9007199254740991, large: 12345678901234567890, larger: 1e21,
        big: 12345678901234567890123n, inList: [-5n],
    }";
    let reply = agent.call("run", json!({ "program": program })).await;
    let text = reply.tool_text();
    let expected = concat!(
        r#""result":{"moment":"2026-11-29T18:30:00.250Z","noMoment":null,"#,
        r#""tenth":0.1,"sum":0.30000000000000004,"small":1e-7,"price":12.5,"#,
        r#""exact":9007199254740991,"large":12345678901234567000,"larger":1e+21,"#,
        r#""big":"12345678901234567890123","inList":["-5"]}"#
    );
    assert!(text.contains(expected), "{text}");
    let structured = serde_json::from_str::<Value>(&text).unwrap();
    assert_eq!(structured, reply.structured(), "the structure says the same");
}

#[tokio::test]
async fn what_is_printed_comes_back_whether_the_program_returns_or_fails_and_is_capped() {
    let app = assembly().await;
    let agent = app.agent(Scope::Read).await;
    let say = async |program: &str| agent.call("run", json!({ "program": program })).await;
    let returned = say("console.log('found', [1, 2]); console.error('odd'); return 1").await;
    assert_eq!(returned.structured()["console"], json!("found [1,2]\nodd\n"));
    let failed = say("console.log('so far'); throw new Error('no')").await;
    assert_eq!(failed.structured()["console"], json!("so far\n"));
    assert!(
        failed.tool_text().contains("console:\nso far\n"),
        "{}",
        failed.tool_text()
    );
    // 40 KiB are printed, of which 32 are kept; what then is longer than clients take is cut like any result.
    let long = say("for (let i = 0; i < 1024; i++) console.log('x'.repeat(39)); return 'done'").await;
    let mut whole = long.tool_text();
    let mut next = long.structured()["cut"]["next"].as_str().map(ToOwned::to_owned);
    assert!(next.is_some(), "{}", long.text.len());
    while let Some(id) = next {
        let part = agent.call("fetch", json!({ "id": id })).await.structured();
        whole += part["text"].as_str().unwrap();
        next = part["metadata"]["next"].as_str().map(ToOwned::to_owned);
    }
    let told: Value = serde_json::from_str(&whole).unwrap();
    let console = told["console"].as_str().unwrap();
    assert!(
        console.ends_with("\n(8192 more bytes were dropped)"),
        "{}",
        &console[console.len() - 80..]
    );
    assert_eq!((console.len(), &told["result"]), (32_768 + 31, &json!("done")));
}

#[tokio::test]
async fn a_long_result_that_is_cut_hides_nothing_else() {
    let app = assembly().await;
    let agent = app.agent(Scope::ReadWrite).await;
    let program = "await app.rawMaterials.createVirtual({ name: 'Beeswax' }); console.log('made');\n\
                   return { first: 1, rows: Array.from({ length: 5000 }, (_, n) => ({ row: n, text: 'some text' })) }";
    let reply = agent
        .call("run_write", json!({ "program": program, "dryRun": true }))
        .await;
    let (text, structured) = (reply.tool_text(), reply.structured());
    assert!(text.starts_with(r#"{"ok":true,"calls":1,"#), "{}", &text[..200]);
    for told in [
        r#""console":"made\n""#,
        r#""committed":false,"changeCount":1,"handle":"dry_"#,
        r#""changeSet":"1 thing would change."#,
        r#""changes":[{"entity":"#,
        r#""result":{"first":1,"rows":[{"row":0,"text":"some text"}"#,
    ] {
        assert!(text.contains(told), "{told} is in the first part: {}", &text[..600]);
    }
    assert_eq!(
        (&structured["committed"], &structured["changeCount"]),
        (&json!(false), &json!(1))
    );
    assert!(structured["cut"]["next"].is_string() && structured.get("result").is_none());
}
