//! A product for tests. It does nothing, and calls its tenants workspaces.

use clap::Subcommand;
use latchstring::{
    Change, Context, Domain, Fence, OperationError, Operations, UnitOfWork,
    access::{PlanRule, Tenant},
    db::Database,
};
use serde_json::json;

use super::{Product, ProductCommand};
use crate::{
    Beside, Which,
    answer::{Answer, plain},
};

pub(crate) struct Workspaces;

impl Product for Workspaces {
    type Domain = Nothing;
    type Command = WorkspaceCommand;
    const NAME: &'static str = "boards";
    const TITLE: &'static str = "Boards";
    const SUMMARY: &'static str = "nothing";
    const KEY_PREFIX: &'static str = "brdk";
    const TENANT_NOUN: &'static str = "workspace";
    const ACCESS_PAGE: &'static str = "Access";
    const PLAN: PlanRule = PlanRule::Free;
    const INSTRUCTIONS: &'static str = "There is nothing to do.";
    const TRY_PROGRAM: &'static str = "return 1;";
    const DEMO_TENANTS: &'static [(&'static str, &'static str)] = &[("one.example", "One")];

    async fn open(_: Database) -> anyhow::Result<Nothing> {
        Ok(Nothing)
    }

    async fn seed(_: &Database, _: &[Tenant]) -> anyhow::Result<()> {
        Ok(())
    }
}

/// Its commands.
#[derive(Debug, Subcommand)]
pub(crate) enum WorkspaceCommand {
    /// Boards: show.
    Board {
        #[command(flatten)]
        which: Which,
        #[command(subcommand)]
        command: BoardCommand,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum BoardCommand {
    /// Show the boards of a workspace.
    Show,
}

impl ProductCommand<Workspaces> for WorkspaceCommand {
    async fn run(self, beside: &Beside<'_, Workspaces>) -> anyhow::Result<Answer> {
        let Self::Board { which, command } = self;
        let (tenant, at) = (beside.tenant(&which).await?, beside.now().await?);
        match command {
            BoardCommand::Show => Ok(Answer {
                text: format!("the boards of {}", plain(&tenant.name)),
                json: json!({ "workspace": tenant.name, "id": tenant.id, "at": at, "place": beside.database().place() }),
            }),
        }
    }
}

/// Its data.
pub(crate) struct Nothing;

impl Domain for Nothing {
    type Reader = Self;
    type Writer = Self;

    async fn read(&self, _: &Context) -> Result<Self, OperationError> {
        Ok(Self)
    }

    async fn write(&self, _: &Context) -> Result<Self, OperationError> {
        Ok(Self)
    }

    fn operations(_: &mut Operations<Self>) {}
}

impl UnitOfWork for Nothing {
    fn take_changes(&mut self) -> Vec<Change> {
        Vec::new()
    }

    async fn commit(self, _: Fence) -> Result<(), OperationError> {
        Ok(())
    }
}

impl AsMut<Self> for Nothing {
    fn as_mut(&mut self) -> &mut Self {
        self
    }
}
