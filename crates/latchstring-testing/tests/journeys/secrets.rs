//! No secret in a log, an error, an answer, an audit row or a file.

use std::{
    io::Write,
    sync::{Arc, Mutex},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use latchstring::Scope;
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use crate::assembly;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn t13_a_key_appears_in_no_log_answer_audit_row_or_file() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(log.clone())
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .finish();
    // The whole flow runs on this one thread, at the most talkative level there is.
    let guard = tracing::subscriber::set_default(subscriber);

    let app = assembly().await;
    let agent = app.agent(Scope::ReadWrite).await;
    let key = agent.key().to_owned();
    let mut answers = String::new();
    for program in [
        "return 1",
        "return x",
        "return await app.boms.create({})",
        "throw new Error('x')",
        "return Object.keys(globalThis)",
    ] {
        answers += &agent.run_write(program).await.text;
    }
    answers += &agent.rpc("tools/list", json!({})).await.text;
    answers += &agent.send(agent.request("{")).await.text;
    answers += &app.stranger(&format!("{key}x")).call("run", json!({})).await.text;
    answers += &app.stranger(&key[..key.len() - 1]).call("run", json!({})).await.text;
    app.revoke(agent.summary()).await;
    answers += &agent.run_write("return 1").await.text;
    answers += &format!("{:?}", app.access.list_keys(app.tenants[0].id).await.unwrap());
    answers += &format!("{:?}", app.access.read_audit(app.tenants[0].id, 100).await.unwrap());
    app.access.shutdown().await;
    drop(guard);

    let logged = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(logged.contains("key revoked"), "the log was captured");
    let mut places = vec![
        ("the log".to_owned(), logged.into_bytes()),
        ("the answers".to_owned(), answers.into_bytes()),
    ];
    for entry in std::fs::read_dir(app.dir()).unwrap() {
        let path = entry.unwrap().path();
        places.push((path.display().to_string(), std::fs::read(path).unwrap()));
    }
    assert!(places.len() > 3, "there are database files to look into");

    let secret = key.strip_prefix("asmk_").unwrap();
    let forms = [
        secret.to_owned(),
        secret[..32].to_owned(),
        STANDARD.encode(&key),
        STANDARD.encode(secret),
        STANDARD.encode(format!("Bearer {key}")),
    ];
    for (place, bytes) in &places {
        for form in &forms {
            let found = bytes.windows(form.len()).any(|window| window == form.as_bytes());
            assert!(!found, "the key is in {place}");
        }
    }
}
