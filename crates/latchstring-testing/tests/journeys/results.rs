//! What programs return and print, as a client receives it: as it was, in its order, and no longer than clients take.

use latchstring::Scope;
use serde_json::json;

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
