//! Where the access page may be.

use latchstring_console::{DemoSignIn, SettingsError, SignIn};

use crate::{door::Door, host_token};

async fn problem(public_url: &str, sign_in: impl SignIn) -> Option<SettingsError> {
    Door::at(public_url, sign_in).await.err()
}

#[tokio::test]
async fn a02_keys_and_sessions_are_not_sent_in_the_open() {
    for right in [
        "https://mcp.example.com",
        "http://127.0.0.1:8787",
        "http://[::1]:8787",
        "http://localhost",
    ] {
        assert_eq!(problem(right, DemoSignIn::new()).await, None, "{right}");
    }
    for wrong in [
        "http://mcp.example.com",
        "http://192.168.1.5:8787",
        "http://localhost.evil.example",
        "ftp://127.0.0.1",
    ] {
        let problem = problem(wrong, DemoSignIn::new()).await;
        assert_eq!(problem, Some(SettingsError::Open(wrong.parse().unwrap())), "{wrong}");
        let problem = problem.unwrap().to_string();
        assert!(problem.contains("put a proxy in front that ends TLS"), "{problem}");
    }
}

#[tokio::test]
async fn a02_a_page_in_a_frame_is_at_https_even_on_the_own_machine() {
    assert_eq!(problem("https://mcp.example.com", host_token::sign_in()).await, None);
    let problem = problem("http://127.0.0.1:8787", host_token::sign_in()).await;
    assert!(matches!(problem, Some(SettingsError::Framed(_))), "{problem:?}");
    assert!(problem.unwrap().to_string().contains("give an https address"));
}
