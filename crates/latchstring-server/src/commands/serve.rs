//! `serve`: everything from the listening socket to a graceful end.

use std::{io::ErrorKind, sync::Arc, time::Duration};

use anyhow::Context;
use axum::{
    Json,
    http::{StatusCode, Uri},
    response::{IntoResponse, Response},
};
use latchstring::{
    Catalog, Latchstring, Limits, Scope, SystemClock,
    access::{Access, NewKey, Person, Secret, Tenant},
    console::ACCESS,
    db::Database,
    mcp::About,
    oauth::HttpDocuments,
    sandbox::{Isolation, Options, WasmSandbox},
};
use serde_json::json;
use tokio::{net::TcpListener, signal};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::{
    Config, Product, SandboxIn, address,
    banner::{self, DemoKeys, DemoTenant, Entrance, Started},
    config::WayIn,
    connections, parts, telemetry,
};

/// How long calls that are under way may go on after the signal to stop.
const GRACE: Duration = Duration::from_secs(10);

/// How long the last answers have to reach their callers.
const LAST_ANSWERS: Duration = Duration::from_secs(2);

pub(crate) async fn run<P: Product>(mut config: Config) -> anyhow::Result<()> {
    telemetry::start(&config)?;
    let way_in = config.take_way_in()?;
    let entrance = way_in.as_ref().map(Entrance::of);
    let listener = listen(&config).await?;
    let listen = listener.local_addr()?;
    let (access_database, access) = parts::open_access::<P>(&config).await?;
    let (database, domain) = parts::open_product::<P>(&config).await?;
    let tenants = demo::<P>(&access, &database, banner::has_reader(&config)).await?;

    let cache_dir = Some(config.cache_dir.clone());
    let sandbox = WasmSandbox::new(&Options {
        cache_dir,
        live_runs: config.programs,
        isolation: match config.sandbox {
            SandboxIn::Process => Isolation::Process,
            SandboxIn::Thread => Isolation::Thread,
        },
        require_landlock: config.require_landlock,
        ..Options::default()
    })
    .context("the sandbox cannot start")?;
    let url = match config.public_url.clone() {
        Some(url) => url,
        None => Url::parse(&format!("http://{listen}"))?,
    };
    let builder = Latchstring::builder()
        .about(About {
            name: P::NAME.to_owned(),
            title: P::TITLE.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            instructions: P::INSTRUCTIONS.to_owned(),
        })
        .catalog(Catalog::new(domain)?)
        .tenant_noun(P::TENANT_NOUN)
        .access(access.clone())
        .maybe_documents(
            config
                .client_documents
                .then(|| HttpDocuments::new(Arc::new(SystemClock))),
        )
        .sandbox(sandbox)
        .public_url(url.clone())
        .trusted_proxies(config.trusted_proxies)
        .calls_per_minute(config.calls_per_minute)
        .webhook_secrets(std::mem::take(&mut config.webhook_secrets))
        .allowed_origins(config.allowed_origins.clone())
        .limits(Limits {
            wall: config.program_time,
            ..Limits::default()
        });
    let latchstring = match way_in {
        Some(WayIn::Demo(sign_in)) => builder.access_page(P::ACCESS_PAGE, sign_in).build(),
        Some(WayIn::HostToken(sign_in)) => builder.access_page(P::ACCESS_PAGE, sign_in).build(),
        Some(WayIn::Oidc(sign_in)) => builder.access_page(P::ACCESS_PAGE, sign_in).build(),
        None => builder.build(),
    }?;

    let stop = CancellationToken::new();
    let router = latchstring.router().fallback(nothing_here);
    let mut server = tokio::spawn(connections::serve(listener, router, stop.clone()));
    address::leave(&config, &url)?;
    let started = Started {
        listen,
        url,
        entrance,
        tenants,
    };
    banner::print::<P>(&config, &started);
    if let Some(path) = &config.ready_file {
        banner::write_ready_file(path, &started)?;
    }
    tracing::info!(%listen, url = %started.url, "listening");
    drop(started);

    tokio::select! {
        ended = &mut server => ended?,
        () = stop_signal() => {
            tracing::info!("stopping; calls under way have {} seconds", GRACE.as_secs());
            stop.cancel();
            latchstring.drain(GRACE).await;
            if tokio::time::timeout(LAST_ANSWERS, &mut server).await.is_err() {
                server.abort();
            }
        }
    }
    // No call is left; what was done is written down before the process ends.
    access.shutdown().await;
    database.close().await?;
    access_database.close().await?;
    tracing::info!("stopped");
    Ok(())
}

/// What any other path answers. Apps look for metadata below `/.well-known/` in several places, and read JSON there.
async fn nothing_here(uri: Uri) -> Response {
    if uri.path().starts_with("/.well-known/") {
        let text = "no metadata is here; it is at /.well-known/oauth-authorization-server, and that of a connector at \
                    /.well-known/oauth-protected-resource/c/<connector>/mcp-agent";
        let body = json!({ "error": "not_found", "error_description": text });
        return (StatusCode::NOT_FOUND, Json(body)).into_response();
    }
    let text = if uri.path() == ACCESS {
        "this server has no access page; its operator chooses how people sign in, with --sign-in\n"
    } else {
        "nothing is here; the MCP endpoint is /mcp, without a slash at its end\n"
    };
    (StatusCode::NOT_FOUND, text).into_response()
}

async fn listen(config: &Config) -> anyhow::Result<TcpListener> {
    TcpListener::bind(config.listen).await.map_err(|error| {
        let address = config.listen;
        match error.kind() {
            ErrorKind::AddrInUse => anyhow::anyhow!(
                "{address} is in use; stop what listens there, or listen elsewhere with --listen, such as --listen 127.0.0.1:8788"
            ),
            _ => anyhow::anyhow!("cannot listen on {address}: {error}; choose another address with --listen"),
        }
    })
}

/// At the first start, the demo tenants with their data and, if somebody will see them, two keys each; later, only who they
/// are.
async fn demo<P: Product>(access: &Access, database: &Database, with_keys: bool) -> anyhow::Result<Vec<DemoTenant>> {
    let is_first_start = access.list_tenants().await?.is_empty();
    let mut tenants: Vec<Tenant> = Vec::new();
    for (host_key, name) in P::DEMO_TENANTS {
        if is_first_start {
            tenants.push(access.ensure_tenant(host_key, name).await?);
        } else {
            let found = access.find_tenants(host_key).await?;
            tenants.extend(found.into_iter().find(|tenant| tenant.host_key == *host_key));
        }
    }
    if tenants.len() == P::DEMO_TENANTS.len() {
        P::seed(database, &tenants)
            .await
            .context("the demo data cannot be stored")?;
    }
    let mut demo = Vec::new();
    for tenant in tenants {
        let keys = if is_first_start && with_keys {
            let read = key(access, &tenant, Scope::Read).await?;
            Some(DemoKeys {
                read,
                read_write: key(access, &tenant, Scope::ReadWrite).await?,
            })
        } else {
            None
        };
        demo.push(DemoTenant {
            name: tenant.name,
            connector: tenant.connector,
            keys,
        });
    }
    Ok(demo)
}

async fn key(access: &Access, tenant: &Tenant, scope: Scope) -> anyhow::Result<Secret> {
    let label = match scope {
        Scope::Read => "demo, read",
        Scope::ReadWrite => "demo, read & write",
    };
    let (key, _) = access
        .create_key(NewKey {
            tenant: tenant.id,
            scope,
            label: label.parse()?,
            created_by: Person::new("first-start", "first start"),
            expires_at: None,
        })
        .await?;
    Ok(key)
}

async fn stop_signal() {
    let interrupt = async {
        if signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match signal::unix::signal(signal::unix::SignalKind::terminate()) {
            Ok(mut signals) => {
                signals.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    async fn answer(path: &'static str) -> (StatusCode, String) {
        let response = nothing_here(Uri::from_static(path)).await;
        let status = response.status();
        let body = axum::body::to_bytes(response.into_body(), 1_000).await.expect("a body");
        (status, String::from_utf8_lossy(&body).into_owned())
    }

    #[tokio::test]
    async fn an_app_that_looks_for_metadata_where_none_is_gets_json() {
        for path in ["/.well-known/oauth-authorization-server/mcp", "/.well-known/x?y=z"] {
            let (status, body) = answer(path).await;
            let body: Value = serde_json::from_str(&body).expect("JSON");
            assert_eq!((status, &body["error"]), (StatusCode::NOT_FOUND, &json!("not_found")));
            let text = body["error_description"].as_str().expect("a text");
            assert!(text.contains("/.well-known/oauth-authorization-server"), "{text}");
        }
        for path in ["/", "/.well-known", "/mcp/", "/x/.well-known/y"] {
            let (status, body) = answer(path).await;
            assert_eq!(status, StatusCode::NOT_FOUND);
            assert!(
                body.starts_with("nothing is here; the MCP endpoint is /mcp"),
                "{path}: {body}"
            );
        }
    }
}
