//! `audit`: is what was written down about calls still what was written down?

use anyhow::bail;
use clap::{Args, Subcommand};
use latchstring::access::AuditLink;
use serde_json::json;

use super::{Answer, Form, Opened, Which};
use crate::Product;

#[derive(Debug, Args)]
pub(crate) struct AuditArguments {
    #[command(subcommand)]
    command: AuditCommand,
    #[command(flatten)]
    pub(super) form: Form,
}

#[derive(Debug, Subcommand)]
enum AuditCommand {
    /// Read a tenant's whole audit trail and check its chain. Fails when a call was altered, taken out or put in, and says
    /// which. Note the head that it prints somewhere else: with it a later check also finds that the end was cut off.
    Verify {
        #[command(flatten)]
        which: Which,
        /// The head that an earlier check printed; the trail must go on from it.
        #[arg(long, value_name = "HEAD")]
        noted: Option<AuditLink>,
        /// How many of the tenant's calls are known to be from a version that kept no chain.
        #[arg(long, value_name = "COUNT", default_value_t = 0)]
        older: u64,
    },
}

pub(super) async fn run<P: Product>(opened: &Opened, arguments: AuditArguments) -> anyhow::Result<Answer> {
    let AuditCommand::Verify { which, noted, older } = arguments.command;
    let tenant = opened.tenant::<P>(&which).await?;
    let check = opened.access.check_audit(tenant.id, noted.as_ref(), older).await?;
    let head = check.head.as_ref().map(ToString::to_string);
    if !check.faults.is_empty() {
        let faults: Vec<String> = check.faults.iter().map(|fault| format!("\n- {fault}")).collect();
        bail!(
            "the audit trail of {} is not what was written down:{}\ncompare with a backup to learn what changed. Calls in no chain may be from a version that kept none: if you know that \
             they are, say how many with --older. Its head is {}",
            tenant.name,
            faults.concat(),
            head.as_deref().unwrap_or("gone")
        );
    }
    let mut text = format!(
        "the audit trail of {} is whole: {} calls checked",
        tenant.name, check.calls
    );
    if check.unchained > 0 {
        text += &format!(
            "; {} older calls are in no chain and cannot be checked",
            check.unchained
        );
    }
    if let Some(head) = &head {
        text += &format!("\nits head, to be noted elsewhere: {head}");
    }
    let json = json!({
        "calls": check.calls,
        "older": check.unchained,
        "head": head,
    });
    Ok(Answer { text, json })
}
