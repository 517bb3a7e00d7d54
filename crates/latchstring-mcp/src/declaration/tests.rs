use latchstring_core::{
    Catalog, Change, Command, Context, Domain, ErrorCode, Fence, OperationError, Operations, UnitOfWork,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::declaration;

/// A domain to describe, with nothing in it.
struct Shop;

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

impl Domain for Shop {
    type Reader = Writer;
    type Writer = Writer;

    async fn read(&self, _: &Context) -> Result<Writer, OperationError> {
        Ok(Writer)
    }

    async fn write(&self, _: &Context) -> Result<Writer, OperationError> {
        Ok(Writer)
    }

    fn operations(list: &mut Operations<Self>) {
        list.command_and_many::<Rename>();
    }
}

/// Gives a thing another name. Names need
/// not be unique.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Rename {
    /// The thing's id.
    #[expect(dead_code, reason = "it is described, and never read")]
    thing_id: u32,
    /// Its name, 1 to 255 characters.
    #[schemars(example = &"Lamp")]
    name: String,
}

/// The renamed thing.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Renamed {
    /// As it is kept.
    name: String,
}

impl Command for Rename {
    const NAME: &'static str = "things.rename";
    const TITLE: &'static str = "Rename a thing";
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[(ErrorCode::NotFound, "there is no such thing")];
    const REPLAYABLE: bool = true;
    type Domain = Shop;
    type Output = Renamed;

    async fn run(self, _: &Context, _: &mut Writer) -> Result<Renamed, OperationError> {
        Ok(Renamed { name: self.name })
    }
}

fn declared(name: &str) -> String {
    let catalog = Catalog::new(Shop).expect("a catalog");
    let operation = catalog.operations().find(|operation| operation.name.as_str() == name);
    declaration(operation.expect("it is listed"))
}

#[test]
fn a_bulk_form_reads_like_a_command_of_its_own() {
    insta::assert_snapshot!(declared("things.rename_many"), @r#"
    /**
     * Gives a thing another name, for up to 250 items in one call.
     * They are done in order and count as one write. An item that is refused changes nothing and does not stop the others: look at `failed`, then at `error` in `results`.
     * What holds for one item is told by `app.things.rename`.
     * An item is refused with NOT_FOUND: there is no such thing.
     * Changes data: call it from `run_write`.
     * @throws INVALID_INPUT `items` is empty
     * @throws LIMIT_EXCEEDED more than 250 items
     * @throws CONFLICT the `idempotencyKey` was used with other arguments in the last 24 hours
     * @example const { results, failed } = await app.things.renameMany({ items: [{ thingId: 1, name: "Lamp" }] });
     */
    app.things.renameMany(args: {
      items: {
        thingId: number // The thing's id.
        name: string // Its name, 1 to 255 characters.
      }[] // 1 to 250 of them, each as `app.things.rename` takes it. None has an `idempotencyKey`: that is for all of them.
      idempotencyKey?: string // A key of your own for this change; sent again within 24 hours with the same arguments, the first answer is given again, with `replayed: true`, and nothing is done twice. 1 to 100 visible ASCII characters.
    }): Promise<{
      succeeded: number // How many items were done.
      failed: number // How many were refused, and changed nothing.
      results: {
        index: number // Its place in `items`, from 0.
        outcome: "ok" | "failed"
        result: {
          name: string // As it is kept.
        } | null // The answer, if it was done.
        error: {
          code: string // The kind, such as `NOT_FOUND`.
          message: string // What is wrong and what to do next.
          details?: unknown // What a program can act on.
        } | null // Why not, if it was refused.
      }[] // How each went, in the order of `items`.
      replayed: boolean // Whether this is the answer to an earlier call with the same `idempotencyKey`.
    }>
    "#);
}

#[test]
fn a_key_and_what_it_answers_stand_in_the_declaration() {
    insta::assert_snapshot!(declared("things.rename"), @r#"
    /**
     * Gives a thing another name. Names need
     * not be unique.
     * Changes data: call it from `run_write`.
     * @throws NOT_FOUND there is no such thing
     * @throws CONFLICT the `idempotencyKey` was used with other arguments in the last 24 hours
     * @example const { name } = await app.things.rename({ thingId: 1, name: "Lamp" });
     */
    app.things.rename(args: {
      thingId: number // The thing's id.
      name: string // Its name, 1 to 255 characters.
      idempotencyKey?: string // A key of your own for this change; sent again within 24 hours with the same arguments, the first answer is given again, with `replayed: true`, and nothing is done twice. 1 to 100 visible ASCII characters.
    }): Promise<{
      name: string // As it is kept.
      replayed: boolean // Whether this is the answer to an earlier call with the same `idempotencyKey`.
    }>
    "#);
}
