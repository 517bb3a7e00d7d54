//! `events`: what happened to a tenant's access.

use clap::Args;
use latchstring::access::{AccessEvent, Person};
use serde_json::{Value, json};

use super::{
    Answer, Form, Opened, Which,
    answer::{plain, table, time},
};
use crate::Product;

#[derive(Debug, Args)]
pub(crate) struct EventsArguments {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    pub(super) form: Form,
    /// How many to show at most.
    #[arg(long, value_name = "COUNT", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
}

pub(super) async fn run<P: Product>(opened: &Opened, arguments: EventsArguments) -> anyhow::Result<Answer> {
    let tenant = opened.tenant::<P>(&arguments.which).await?;
    let events = opened.access.read_events(tenant.id, arguments.limit).await?;
    let json = Value::Array(events.iter().map(row).collect());
    if events.is_empty() {
        let text = format!("nothing has happened to the access of {}", tenant.name);
        return Ok(Answer { text, json });
    }
    let rows: Vec<_> = events
        .iter()
        .map(|event| {
            [
                time(event.at),
                event.kind.as_str().to_owned(),
                plain(event.by.as_ref().map_or("-", Person::name)),
                subject(event),
            ]
        })
        .collect();
    let text = table(["TIME", "EVENT", "BY", "ABOUT"], &rows);
    Ok(Answer { text, json })
}

/// The ids it is about.
fn subject(event: &AccessEvent) -> String {
    let ids = [
        event.grant.map(|grant| grant.to_string()),
        event.code.map(|code| code.to_string()),
    ];
    ids.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn row(event: &AccessEvent) -> Value {
    json!({
        "at": event.at,
        "event": event.kind.as_str(),
        "by": event.by.as_ref().map(Person::name),
        "grant": event.grant,
        "code": event.code,
    })
}
