//! A TLS server on this machine that answers as badly as it is told to.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::server::TlsStream;

/// What the server does once it was asked.
#[derive(Clone)]
pub(super) enum Answer {
    /// Sends this, and closes if it says so.
    Send(Vec<u8>),
    /// Sends the first part, and then a byte of the second every few milliseconds.
    Drip(Vec<u8>, Vec<u8>),
    /// Says nothing and keeps the connection.
    Nothing,
}

pub(super) struct Server {
    pub(super) address: SocketAddr,
    connections: Arc<AtomicUsize>,
    sent: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(super) async fn start(answer: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            connections: Arc::default(),
            sent: Arc::default(),
            requests: Arc::default(),
        };
        let (connections, sent, requests) = (
            Arc::clone(&server.connections),
            Arc::clone(&server.sent),
            Arc::clone(&server.requests),
        );
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(speak(stream, answer.clone(), Arc::clone(&sent), Arc::clone(&requests)));
            }
        });
        server
    }

    /// How many have connected.
    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// How many bytes it has dripped.
    pub(super) fn dripped(&self) -> usize {
        self.sent.load(Ordering::SeqCst)
    }

    /// What it was asked, in small letters.
    pub(super) async fn requests(&self) -> Vec<String> {
        self.requests.lock().await.clone()
    }
}

async fn speak(stream: TcpStream, answer: Answer, sent: Arc<AtomicUsize>, requests: Arc<Mutex<Vec<String>>>) {
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(STANDARD.decode(KEY).unwrap()));
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![CertificateDer::from(certificate())], key)
        .unwrap();
    let Ok(mut stream) = TlsAcceptor::from(Arc::new(config)).accept(stream).await else {
        return;
    };
    while let Some(request) = request(&mut stream).await {
        requests.lock().await.push(request);
        match &answer {
            Answer::Send(bytes) => {
                let _ = stream.write_all(bytes).await;
                if bytes.windows(17).any(|window| window == b"Connection: close") {
                    let _ = stream.shutdown().await;
                    return;
                }
            }
            Answer::Drip(first, rest) => {
                let _ = stream.write_all(first).await;
                for byte in rest {
                    if stream.write_u8(*byte).await.is_err() || stream.flush().await.is_err() {
                        return;
                    }
                    sent.fetch_add(1, Ordering::SeqCst);
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
            Answer::Nothing => std::future::pending().await,
        }
    }
}

async fn request(stream: &mut TlsStream<TcpStream>) -> Option<String> {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        request.push(stream.read_u8().await.ok()?);
    }
    Some(String::from_utf8(request).unwrap().to_lowercase())
}

/// A listener that nobody may connect to.
pub(super) struct Trap(std::net::TcpListener);

impl Trap {
    pub(super) fn set(address: impl Into<IpAddr>, port: u16) -> Self {
        let listener = std::net::TcpListener::bind((address.into(), port)).unwrap();
        listener.set_nonblocking(true).unwrap();
        Self(listener)
    }

    pub(super) fn port(&self) -> u16 {
        self.0.local_addr().unwrap().port()
    }

    /// Has nobody so much as connected? (The kernel accepts connections before we do.)
    pub(super) fn is_untouched(&self) -> bool {
        self.0
            .accept()
            .is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock)
    }
}

/// The certificate of the server, for `client.example.com` and `victim.example.com`, signed by itself. For these tests
/// only, like the key, which stands in public and protects nothing.
pub(super) fn certificate() -> Vec<u8> {
    STANDARD.decode(CERTIFICATE).unwrap()
}

const CERTIFICATE: &str = "\
    MIIBqjCCAVCgAwIBAgIBATAKBggqhkjOPQQDAjAhMR8wHQYDVQQDDBZsYXRjaHN0cmluZyB0ZXN0cyBvbmx5MCAXDTIwMDEwMTAwMDAwMFoYDz\
    IxMjAwMTAxMDAwMDAwWjAhMR8wHQYDVQQDDBZsYXRjaHN0cmluZyB0ZXN0cyBvbmx5MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE2/nM5DrO\
    0YKvbo5UAEHY9Wq3yb0wEYkq+Jvsp2IULh9apUtciua7KukbZic2AgAHv+z++ykIPeCvM5VwYfrpMKN3MHUwDAYDVR0TAQH/BAIwADAxBgNVHR\
    EEKjAoghJjbGllbnQuZXhhbXBsZS5jb22CEnZpY3RpbS5leGFtcGxlLmNvbTATBgNVHSUEDDAKBggrBgEFBQcDATAdBgNVHQ4EFgQU8x1fi8FC\
    qFrIOWom1Vtt/PVdjrIwCgYIKoZIzj0EAwIDSAAwRQIgUVdM9+tVt9d1kWDOv/EGeCCvqYfU+4cami2/Pgw5KRoCIQDkPfxp2V6OrfeJK+9RAs\
    KTfCCBdgJnVWh6ePkdDHesgA==";
const KEY: &str = "\
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg7kbndaWc8AOkK2iCkYpS02Lxz+BX9QVFaNF68cnngEuhRANCAATb+czkOs7Rgq\
    9ujlQAQdj1arfJvTARiSr4m+ynYhQuH1qlS1yK5rsq6RtmJzYCAAe/7P77KQg94K8zlXBh+ukw";
