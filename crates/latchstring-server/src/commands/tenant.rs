//! `tenant list | install | uninstall | plan | pause | resume`: what the app tells by webhook, told by hand.

use anyhow::bail;
use clap::{Args, Subcommand, ValueEnum};
use latchstring::access::{
    Applied, NewTenant, Plan, PlanRule, Tenant, TenantEvent, TenantEventKind, TenantStatus, disturbs,
};
use serde_json::{Value, json};

use super::{
    Answer, Form, Opened, Which,
    answer::{plain, table},
    opened::operator,
};
use crate::Product;

/// As many as are listed at most.
const LISTED: usize = 1_000;

#[derive(Debug, Args)]
pub(crate) struct TenantArguments {
    #[command(flatten)]
    pub(super) form: Form,
    #[command(subcommand)]
    command: TenantCommand,
}

#[derive(Debug, Subcommand)]
enum TenantCommand {
    /// List the tenants, by name; 1,000 at most.
    List,
    /// Install the app for a tenant, who may be new.
    Install(Install),
    /// Uninstall the app. Every key, connected app and code of the tenant is dead at once and for good.
    Uninstall(Which),
    /// Say whether the tenant's subscription is paid for. Keys and apps are kept while it is not.
    Plan {
        /// The new plan.
        plan: PlanWord,
        #[command(flatten)]
        which: Which,
    },
    /// Answer no call of a tenant's keys and apps, until it is resumed. Keys and apps are kept.
    Pause(Which),
    /// Serve a tenant again.
    Resume(Which),
}

#[derive(Debug, Args)]
struct Install {
    /// The app's own key for the tenant, such as a shop domain.
    #[arg(value_parser = host_key)]
    host_key: String,
    /// The name to show to people.
    #[arg(long, value_parser = name)]
    name: String,
    /// Whether its subscription is paid for.
    #[arg(long, default_value = "active")]
    plan: PlanWord,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum PlanWord {
    /// Paid for.
    Active,
    /// Not paid for.
    Lapsed,
}

impl From<PlanWord> for Plan {
    fn from(word: PlanWord) -> Self {
        match word {
            PlanWord::Active => Self::Active,
            PlanWord::Lapsed => Self::Lapsed,
        }
    }
}

pub(super) async fn run<P: Product>(opened: &Opened, arguments: TenantArguments) -> anyhow::Result<Answer> {
    let (which, kind) = match arguments.command {
        TenantCommand::List => return list(opened).await,
        TenantCommand::Install(install) => return self::install::<P>(opened, install).await,
        TenantCommand::Uninstall(which) => (which, TenantEventKind::Uninstalled),
        TenantCommand::Plan { plan, which } => (which, TenantEventKind::PlanChanged(plan.into())),
        TenantCommand::Pause(which) => (which, TenantEventKind::Paused { by: operator() }),
        TenantCommand::Resume(which) => (which, TenantEventKind::Resumed { by: operator() }),
    };
    let before = opened.tenant::<P>(&which).await?;
    let event = TenantEvent {
        delivery: None,
        host_key: before.host_key.clone(),
        occurred_at: opened.access.now().await?,
        kind,
    };
    let after = happens(opened, &event).await?;
    let has_changed = (after.status, after.plan, &after.paused) != (before.status, before.plan, &before.paused);
    Ok(answer::<P>(opened, &event.kind, has_changed, &after))
}

async fn list(opened: &Opened) -> anyhow::Result<Answer> {
    let tenants = opened.access.list_tenants().await?;
    let json = Value::Array(tenants.iter().map(|tenant| row(opened, tenant)).collect());
    let rows: Vec<_> = tenants
        .iter()
        .map(|tenant| {
            [
                plain(&tenant.name),
                plain(&tenant.host_key),
                state(tenant),
                word(tenant.plan).to_owned(),
                opened
                    .connector_url(tenant)
                    .unwrap_or_else(|| "not known; name --public-url".to_owned()),
            ]
        })
        .collect();
    let mut text = table(["NAME", "HOST KEY", "STATUS", "PLAN", "CONNECTOR URL"], &rows);
    if rows.len() == LISTED {
        text += "\n\nThese are the first 1,000 by name; name any other by its host key.";
    }
    Ok(Answer { text, json })
}

async fn install<P: Product>(opened: &Opened, asked: Install) -> anyhow::Result<Answer> {
    let known = by_host_key(opened, &asked.host_key).await?;
    let plan = asked.plan.into();
    let now = opened.access.now().await?;
    let new = NewTenant {
        plan,
        ..NewTenant::new(&asked.host_key, asked.name, now)
    };
    let event = TenantEvent {
        delivery: None,
        host_key: asked.host_key,
        occurred_at: now,
        kind: TenantEventKind::Installed { new, plan },
    };
    // A second installation would leave all grants of the first behind, which is not what installing by hand is for.
    if let Some(tenant) = known.filter(|tenant| tenant.status != TenantStatus::Uninstalled) {
        return Ok(answer::<P>(opened, &event.kind, false, &tenant));
    }
    let tenant = happens(opened, &event).await?;
    Ok(answer::<P>(opened, &event.kind, true, &tenant))
}

/// The tenant once this has happened to it, now or before.
async fn happens(opened: &Opened, event: &TenantEvent) -> anyhow::Result<Tenant> {
    let applied = opened.access.apply(event).await?;
    let current = match applied {
        Applied::Done(tenant) => return Ok(tenant),
        Applied::Duplicate | Applied::Late => by_host_key(opened, &event.host_key).await?,
        Applied::UnknownTenant => None,
    };
    match current {
        Some(tenant) if is_so(&event.kind, &tenant) => Ok(tenant),
        Some(tenant) if tenant.status == TenantStatus::Uninstalled => {
            bail!("{} is uninstalled; install the app for it first", tenant.name)
        }
        Some(tenant) => bail!(
            "the app told of something newer about {}, so nothing changed; if its clock is ahead, try again in a few minutes",
            tenant.name
        ),
        None => bail!("`{}` is not there any more; `tenant list` shows who is", event.host_key),
    }
}

async fn by_host_key(opened: &Opened, host_key: &str) -> anyhow::Result<Option<Tenant>> {
    let found = opened.access.find_tenants(host_key).await?;
    Ok(found.into_iter().find(|tenant| tenant.host_key == host_key))
}

/// Whether the tenant is as this event makes it.
fn is_so(kind: &TenantEventKind, tenant: &Tenant) -> bool {
    match kind {
        TenantEventKind::Installed { .. } => tenant.status != TenantStatus::Uninstalled,
        TenantEventKind::Uninstalled => tenant.status == TenantStatus::Uninstalled,
        TenantEventKind::PlanChanged(plan) => tenant.plan == *plan,
        TenantEventKind::Paused { .. } => tenant.paused.is_some(),
        TenantEventKind::Resumed { .. } => tenant.status == TenantStatus::Active && tenant.paused.is_none(),
        TenantEventKind::PersonRemoved { .. } => true,
    }
}

fn answer<P: Product>(opened: &Opened, kind: &TenantEventKind, changed: bool, tenant: &Tenant) -> Answer {
    let mut json = row(opened, tenant);
    json["changed"] = json!(changed);
    let name = &tenant.name;
    let (is, then) = match kind {
        TenantEventKind::Installed { .. } => (
            format!("{name} is installed, its plan {}", word(tenant.plan)),
            match opened.connector_url(tenant) {
                Some(url) => format!("its connector URL is {url}"),
                None => "name the server's address with --public-url to see its connector URL".to_owned(),
            },
        ),
        TenantEventKind::Uninstalled => (
            format!("{name} is uninstalled"),
            "its keys, connected apps and codes are dead for good".to_owned(),
        ),
        TenantEventKind::PlanChanged(plan) => (
            format!("the plan of {name} is {}", word(*plan)),
            match (P::PLAN, plan) {
                (PlanRule::Free, _) => format!("{} serves it either way", P::TITLE),
                (PlanRule::Subscription, Plan::Active) => "its keys and apps work".to_owned(),
                (PlanRule::Subscription, Plan::Lapsed) => {
                    "its keys and apps are kept, and work again once it is active".to_owned()
                }
            },
        ),
        TenantEventKind::Paused { .. } => (
            format!("{name} is paused"),
            "its keys and apps are kept, and each call is refused until it is resumed".to_owned(),
        ),
        TenantEventKind::Resumed { .. } | TenantEventKind::PersonRemoved { .. } => {
            (format!("{name} is served"), "its keys and apps work again".to_owned())
        }
    };
    let then = if changed {
        then
    } else {
        "it was before, and nothing changed".to_owned()
    };
    Answer {
        text: format!("{is}; {then}"),
        json,
    }
}

fn row(opened: &Opened, tenant: &Tenant) -> Value {
    json!({
        "id": tenant.id,
        "hostKey": tenant.host_key,
        "name": tenant.name,
        "status": tenant.status.as_str(),
        "plan": word(tenant.plan),
        "pausedAt": tenant.paused.as_ref().map(|paused| paused.at),
        "pausedBy": tenant.paused.as_ref().map(|paused| paused.by.name()),
        "connectorUrl": opened.connector_url(tenant),
        "installedAt": tenant.installed_at,
        "uninstalledAt": tenant.uninstalled_at,
    })
}

/// Whether it is served, in a word for people.
fn state(tenant: &Tenant) -> String {
    if tenant.paused.is_some() && tenant.status == TenantStatus::Active {
        "paused".to_owned()
    } else {
        tenant.status.to_string()
    }
}

fn word(plan: Plan) -> &'static str {
    match plan {
        Plan::Active => "active",
        Plan::Lapsed => "lapsed",
    }
}

/// Reads a host key.
fn host_key(text: &str) -> Result<String, String> {
    short(text, 255)
}

/// Reads a tenant's name.
fn name(text: &str) -> Result<String, String> {
    short(text.trim(), 200)
}

fn short(text: &str, most: usize) -> Result<String, String> {
    let is_right = (1..=most).contains(&text.chars().count()) && !text.chars().any(disturbs);
    is_right
        .then(|| text.to_owned())
        .ok_or_else(|| format!("write 1 to {most} characters, none of them invisible"))
}
