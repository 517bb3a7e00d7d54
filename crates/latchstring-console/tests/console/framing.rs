//! O: who may frame a page, and who keeps hold of it.

use axum::http::StatusCode;

use crate::desk::{Browser, Office, Shown};

/// Pages that hold nothing of a tenant's: of somebody who is signed in, and of somebody who is not.
async fn bare(office: &Office) -> [Vec<(StatusCode, Shown)>; 2] {
    let nora = office.nora().await;
    let stranger = Browser {
        cookie: String::new(),
        ..nora.clone()
    };
    let known = vec![
        (StatusCode::NOT_FOUND, nora.get("/access/revoke?grant=x").await),
        (
            StatusCode::FORBIDDEN,
            nora.post_from(Some("https://evil.example"), "/access/pause", &[]).await,
        ),
    ];
    let mut unknown = vec![
        (StatusCode::UNAUTHORIZED, stranger.post("/access/pause", &[]).await),
        (StatusCode::OK, nora.post("/access/sign-out", &[]).await),
    ];
    office.store.cut_off(true);
    unknown.push((StatusCode::SERVICE_UNAVAILABLE, nora.get("/access").await));
    office.store.cut_off(false);
    [known, unknown]
}

#[tokio::test]
async fn o10_what_stands_in_the_way_is_read_in_the_frame_of_the_app() {
    let office = Office::framed().await;
    for (pages, who) in bare(&office)
        .await
        .iter()
        .zip(["https://maple.example", "https://*.example"])
    {
        for (status, page) in pages {
            assert_eq!(page.status, *status);
            let policy = page.header("content-security-policy");
            assert!(
                policy.contains(&format!("frame-ancestors {who};")),
                "{status}: {policy}"
            );
            assert_eq!(page.header("x-frame-options"), "", "{status}");
            assert_eq!(page.header("cross-origin-opener-policy"), "", "{status}");
        }
    }
}

#[tokio::test]
async fn o10_nobody_else_frames_a_page_or_keeps_hold_of_its_window() {
    let office = Office::new().await;
    let [mut pages, unknown] = bare(&office).await;
    pages.extend(unknown);
    pages.push((StatusCode::OK, office.nora().await.get("/access").await));
    for (status, page) in pages {
        assert_eq!(page.status, status);
        assert!(
            page.header("content-security-policy")
                .contains("frame-ancestors 'none';")
        );
        assert_eq!(page.header("x-frame-options"), "DENY", "{status}");
        assert_eq!(page.header("cross-origin-opener-policy"), "same-origin", "{status}");
    }
}
