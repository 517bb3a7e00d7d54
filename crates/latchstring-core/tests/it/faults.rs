//! Commands that cannot be offered as they are: the server does not start, and says why.

use latchstring_core::{Catalog, Change, Command, Context, Domain, Fence, OperationError, Operations, UnitOfWork};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

struct Wrong;

struct Writer;

impl AsMut<Self> for Writer {
    fn as_mut(&mut self) -> &mut Self {
        self
    }
}

impl UnitOfWork for Writer {
    fn take_changes(&mut self) -> Vec<Change> {
        Vec::new()
    }

    async fn commit(self, _: Fence) -> Result<(), OperationError> {
        Ok(())
    }
}

impl Domain for Wrong {
    type Reader = Writer;
    type Writer = Writer;

    async fn read(&self, _: &Context) -> Result<Writer, OperationError> {
        Ok(Writer)
    }

    async fn write(&self, _: &Context) -> Result<Writer, OperationError> {
        Ok(Writer)
    }

    fn operations(list: &mut Operations<Self>) {
        list.command_and_many::<Uncalled>()
            .command::<OwnKey>()
            .command::<OwnReplayed>()
            .command_and_many::<KeyInExample>()
            .command::<Unfit>();
    }
}

#[derive(Serialize, JsonSchema)]
struct Done {
    done: bool,
}

#[derive(Serialize, JsonSchema)]
struct Replayed {
    replayed: bool,
}

/// A command of the wrong domain, with a field in its input.
macro_rules! wrong {
    ($kind:ident { $field:ident } -> $output:ident { $told:ident }, $name:literal, $example:literal, $replayable:literal) => {
        /// Does nothing.
        #[derive(Deserialize, JsonSchema)]
        #[serde(rename_all = "camelCase")]
        struct $kind {
            $field: bool,
        }

        impl Command for $kind {
            const NAME: &'static str = $name;
            const TITLE: &'static str = "Nothing";
            const EXAMPLE: &'static str = $example;
            const REPLAYABLE: bool = $replayable;
            type Domain = Wrong;
            type Output = $output;

            async fn run(self, _: &Context, _: &mut Writer) -> Result<$output, OperationError> {
                Ok($output { $told: self.$field })
            }
        }
    };
}

wrong!(Uncalled { now } -> Done { done }, "a.uncalled", "await app.a.called({ now: true })", false);
wrong!(OwnKey { idempotency_key } -> Done { done }, "a.own_key", "await app.a.ownKey({})", true);
wrong!(OwnReplayed { now } -> Replayed { replayed }, "a.own_replayed", "await app.a.ownReplayed({})", true);
wrong!(
    KeyInExample { now } -> Done { done },
    "a.key",
    r#"await app.a.key({ now: true, idempotencyKey: "k" })"#,
    true
);

/// A colour that nobody guesses.
#[derive(Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(inline)]
struct Colour;

impl TryFrom<String> for Colour {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Err(format!("`{text}` is no colour"))
    }
}

/// Does nothing.
#[derive(Deserialize, JsonSchema)]
struct Unfit {
    #[expect(dead_code, reason = "it is described, and never read")]
    colour: Colour,
}

impl Command for Unfit {
    const NAME: &'static str = "a.unfit";
    const TITLE: &'static str = "Nothing";
    type Domain = Wrong;
    type Output = Done;

    async fn run(self, _: &Context, _: &mut Writer) -> Result<Done, OperationError> {
        Ok(Done { done: true })
    }
}

#[test]
fn every_fault_of_a_list_is_told_at_once() {
    let error = Catalog::new(Wrong).map(drop).unwrap_err().to_string();
    let faults: Vec<&str> = error.split("; ").collect();
    assert_eq!(
        faults,
        [
            "the catalog is not right: the example of `a.uncalled` does not call it",
            "its bulk form takes the call from there",
            "the input of `a.own_key` has a field `idempotencyKey` of its own, which a replayable command gets from the kit",
            "the output of `a.own_replayed` has a field `replayed` of its own, which a replayable command gets from the kit",
            "the example of `a.key` has an `idempotencyKey`, which is none of an item",
            "leave it out",
            "the example that is made for `a.unfit` does not fit: wrong argument for `a.unfit` at `colour`: `colour` is no \
             colour. Expected {colour: string}",
            "give the field a `#[schemars(example = …)]`, or the operation an `EXAMPLE`",
        ]
    );
}
