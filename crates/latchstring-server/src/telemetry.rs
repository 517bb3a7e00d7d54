//! Logs, on standard error: pretty on a terminal, one JSON object a line otherwise.
//!
//! Spans carry ids. Secrets have types that do not print, bodies and arguments are never logged.

use std::io::IsTerminal;

use anyhow::Context;
use tracing_subscriber::{EnvFilter, fmt};

use crate::{Config, LogFormat};

pub(crate) fn start(config: &Config) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&config.log).with_context(|| format!("--log is `{}`, not a filter", config.log))?;
    let is_terminal = std::io::stderr().is_terminal();
    let pretty = config
        .log_format
        .map_or(is_terminal, |format| format == LogFormat::Pretty);
    let builder = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = if pretty {
        builder.with_ansi(is_terminal).with_target(false).compact().try_init()
    } else {
        builder
            .json()
            .flatten_event(true)
            .with_current_span(true)
            .with_span_list(true)
            .try_init()
    };
    // Only a test that starts two servers in one process gets here twice; the first log serves both.
    drop(started);
    Ok(())
}
