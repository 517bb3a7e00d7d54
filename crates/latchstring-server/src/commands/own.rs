//! The commands that a product has of its own, with the flag that all commands have.

use clap::{ArgMatches, Args, FromArgMatches, Subcommand};

use super::{Answer, Beside, Form, Opened};
use crate::{Config, Product, ProductCommand};

/// Where a product's commands stand in the list: behind the kit's, which are fewer than this.
const BEHIND: usize = 100;

/// A product's command, and how to answer it.
#[derive(Debug)]
pub(crate) struct Own<C> {
    command: C,
    pub(super) form: Form,
}

impl<C: Subcommand> FromArgMatches for Own<C> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let form = match matches.subcommand() {
            Some((_, matches)) => Form::from_arg_matches(matches)?,
            None => Form::default(),
        };
        let command = C::from_arg_matches(matches)?;
        Ok(Self { command, form })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl<C: Subcommand> Subcommand for Own<C> {
    fn augment_subcommands(command: clap::Command) -> clap::Command {
        let own = C::augment_subcommands(clap::Command::new("own"));
        // The arguments alone: whole, it would put its own words in the place of the command's.
        let form = Form::augment_args(clap::Command::new("form"));
        let own = own.get_subcommands().enumerate().map(|(number, own)| {
            let own = own.clone().display_order(BEHIND + number);
            own.args(form.get_arguments())
        });
        command.subcommands(own)
    }

    fn augment_subcommands_for_update(command: clap::Command) -> clap::Command {
        Self::augment_subcommands(command)
    }

    fn has_subcommand(name: &str) -> bool {
        C::has_subcommand(name)
    }
}

pub(super) async fn run<P: Product>(opened: &Opened, config: &Config, own: Own<P::Command>) -> anyhow::Result<Answer> {
    let beside = Beside::<P>::open(opened, config).await?;
    let answered = own.command.run(&beside).await;
    beside.close().await?;
    answered
}

#[cfg(test)]
mod tests {
    use latchstring::TenantId;
    use serde_json::Value;

    use super::*;
    use crate::{
        Variables,
        commands::{Command, CommandLine, command_line},
        parts,
        product::Workspaces,
    };

    /// What the line says, in a data directory where a server has been.
    struct Said {
        form: Form,
        answer: anyhow::Result<Answer>,
    }

    fn parse(words: &[&str]) -> Result<CommandLine<<Workspaces as Product>::Command>, clap::Error> {
        let words = ["boards"].iter().chain(words);
        CommandLine::from_arg_matches(&command_line::<Workspaces>().try_get_matches_from(words)?)
    }

    async fn say(words: &[&str]) -> Said {
        let home = tempfile::tempdir().unwrap();
        let data_dir = home.path().display().to_string();
        let line = parse(&[&["--data-dir", &data_dir], words].concat()).unwrap();
        let config = line.settings.resolve(Workspaces::NAME, Variables::default()).unwrap();
        let (database, access) = parts::open_access::<Workspaces>(&config).await.unwrap();
        for (host_key, name) in [("one", "First"), ("two", "Second")] {
            access.ensure_tenant(host_key, name).await.unwrap();
        }
        let Some(Command::Own(own)) = line.command else {
            panic!("it is no command of the product: {words:?}")
        };
        let opened = Opened::open::<Workspaces>(&config).await.unwrap();
        let (form, answer) = (own.form, run::<Workspaces>(&opened, &config, own).await);
        opened.close().await.unwrap();
        access.shutdown().await;
        database.close().await.unwrap();
        Said { form, answer }
    }

    #[tokio::test]
    async fn a_products_command_works_on_its_data_for_the_tenant_that_is_meant() {
        let said = say(&["board", "show", "--workspace", "two"]).await;
        let answer = said.answer.unwrap();
        assert_eq!(answer.text, "the boards of Second");
        let json: Value = answer.json;
        assert_eq!(json["workspace"], "Second");
        assert!(json["place"].as_str().unwrap().ends_with("boards.db"), "{json}");
        assert!(json["at"].is_string(), "{json}");
        assert!(json["id"].as_str().unwrap().parse::<TenantId>().is_ok(), "{json}");
        assert!(!said.form.json);
    }

    #[test]
    fn a_products_commands_stand_behind_the_kits_and_take_json_as_they_do() {
        for words in [["board", "show", "--json"], ["board", "--json", "show"]] {
            let Some(Command::Own(own)) = parse(&words).unwrap().command else {
                panic!("it is no command of the product: {words:?}")
            };
            assert!(own.form.json, "{words:?}");
        }
        let mut help = command_line::<Workspaces>();
        let help = help.render_help().to_string();
        let (kit, own) = help
            .split_once("  board     Boards: show\n")
            .expect("its words, as they were");
        assert!(kit.contains("  key-ring ") && own.starts_with("  help "), "{help}");
        let unknown = parse(&["boards", "show"]).unwrap_err().to_string();
        assert!(unknown.contains("a similar subcommand exists: 'board'"), "{unknown}");
    }

    #[tokio::test]
    async fn a_products_command_complains_like_the_others() {
        let none = say(&["board", "show", "--workspace", "three"]).await.answer;
        let complaint = none.err().unwrap().to_string();
        assert_eq!(
            complaint,
            "no workspace is called `three`; `boards tenant list` shows them"
        );
        let several = say(&["board", "show"]).await.answer.err().unwrap().to_string();
        assert!(several.contains("--workspace: `First`, `Second`"), "{several}");
    }
}
