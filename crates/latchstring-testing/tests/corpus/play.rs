//! Sending programs as an assistant does.

use chrono::TimeDelta;
use latchstring::Scope;
use latchstring_testing::{Agent, Reply, TestApp};
use serde_json::json;

use crate::{
    page::{Program, Question, Tool},
    product::Product,
    told::Told,
};

/// A server with fresh demo data, and the assistants of its stores.
pub(crate) struct Player {
    app: TestApp,
    /// Each with whose key it has; a store may have only so many.
    agents: Vec<((usize, Scope), Agent)>,
}

impl Player {
    /// For the questions whose shop is set up like this.
    pub(crate) async fn new(product: &Product, shop: Option<&str>) -> Self {
        Self {
            app: (product.start)(shop.map(str::to_owned)).await,
            agents: Vec::new(),
        }
    }

    /// Sends the programs of a question, one after the other.
    pub(crate) async fn play(&mut self, question: &Question) -> Vec<Told> {
        let mut ids = Vec::new();
        let mut told = Vec::new();
        for program in &question.programs {
            let agent = self.agent(program.sent.store, program.sent.scope).await;
            told.push(self.send(&agent, program, &mut ids).await);
        }
        told
    }

    async fn agent(&mut self, store: usize, scope: Scope) -> Agent {
        if let Some((_, agent)) = self.agents.iter().find(|(whose, _)| *whose == (store, scope)) {
            return agent.clone();
        }
        let agent = self.app.agent_of(store, scope).await;
        self.agents.push(((store, scope), agent.clone()));
        agent
    }

    async fn send(&self, agent: &Agent, program: &Program, ids: &mut Vec<String>) -> Told {
        let source = &program.source;
        let reply = match program.sent.tool {
            Tool::Run => agent.call("run", json!({ "program": source })).await,
            Tool::RunWrite => self.reviewed(agent, source).await,
            Tool::DryRun => try_out(agent, source).await,
        };
        Told::of(&reply, ids)
    }

    /// Sends a program that writes as a careful assistant does: tries it out, and a moment later has exactly that done.
    async fn reviewed(&self, agent: &Agent, source: &str) -> Reply {
        // No two calls are of one moment.
        self.app.clock.advance(TimeDelta::milliseconds(7));
        let tried = try_out(agent, source).await.json()["result"]["structuredContent"].clone();
        self.app.clock.advance(TimeDelta::milliseconds(7));
        let Some(handle) = tried.get("handle") else {
            return agent.run_write(source).await;
        };
        let reply = agent.call("run_write", json!({ "commit": handle })).await;
        let done = reply.structured();
        for part in ["ok", "result", "changeCount"] {
            assert_eq!(done.get(part), tried.get(part), "{part} of {source}\n{}", reply.text);
        }
        reply
    }
}

async fn try_out(agent: &Agent, source: &str) -> Reply {
    agent
        .call("run_write", json!({ "program": source, "dryRun": true }))
        .await
}
