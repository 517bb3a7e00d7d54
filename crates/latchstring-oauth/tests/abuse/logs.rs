//! What the process logs, at the finest level, while somebody listens.

use std::{
    io,
    sync::{
        Arc, Mutex, Once, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use tracing::subscriber::DefaultGuard;
use tracing_subscriber::{EnvFilter, fmt::MakeWriter};

static LISTENERS: AtomicUsize = AtomicUsize::new(0);
static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Listens until it is dropped. Tests that run beside it are heard, too.
pub(crate) struct Logs {
    from: usize,
}

impl Logs {
    pub(crate) fn listen() -> Self {
        static START: Once = Once::new();
        LISTENERS.fetch_add(1, Ordering::SeqCst);
        START.call_once(|| {
            let subscriber = tracing_subscriber::fmt().with_env_filter(EnvFilter::new("trace"));
            let subscriber = subscriber.with_ansi(false).with_writer(Lines).finish();
            tracing::subscriber::set_global_default(subscriber).expect("the first one");
        });
        Self { from: lines().len() }
    }

    /// What was said since.
    pub(crate) fn said(&self) -> String {
        String::from_utf8_lossy(&lines()[self.from..]).into_owned()
    }
}

impl Drop for Logs {
    fn drop(&mut self) {
        LISTENERS.fetch_sub(1, Ordering::SeqCst);
    }
}

/// What this thread alone warns of, and worse, until it is dropped.
pub(crate) struct OwnWarnings {
    lines: Own,
    _guard: DefaultGuard,
}

impl OwnWarnings {
    pub(crate) fn listen() -> Self {
        let lines = Own::default();
        let writer = lines.clone();
        let subscriber = tracing_subscriber::fmt().with_env_filter(EnvFilter::new("warn"));
        let subscriber = subscriber.with_ansi(false).with_writer(move || writer.clone());
        Self {
            lines,
            _guard: tracing::subscriber::set_default(subscriber.finish()),
        }
    }

    /// The lines since this was last called.
    pub(crate) fn said(&self) -> Vec<String> {
        let said = std::mem::take(&mut *self.lines.0.lock().unwrap_or_else(PoisonError::into_inner));
        String::from_utf8_lossy(&said).lines().map(ToOwned::to_owned).collect()
    }
}

#[derive(Clone, Default)]
struct Own(Arc<Mutex<Vec<u8>>>);

impl io::Write for Own {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn lines() -> std::sync::MutexGuard<'static, Vec<u8>> {
    LINES.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Lines;

impl io::Write for Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if LISTENERS.load(Ordering::SeqCst) > 0 {
            lines().extend_from_slice(line);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        Self
    }
}
