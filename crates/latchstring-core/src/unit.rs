//! One domain's unit of work, with its types forgotten.

use std::{any::Any, future::Future, pin::Pin, sync::Arc};

use crate::{Change, Context, Domain, Effect, Fence, OperationError, UnitOfWork};

pub(crate) type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A reader or a writer, opened at the first operation. Which of the two is fixed when the session begins: a session
/// that may write reads through its writer from the start, so what it read is what it changes.
pub(crate) struct Unit<D: Domain> {
    domain: Arc<D>,
    effect: Effect,
    work: Work<D>,
}

enum Work<D: Domain> {
    Idle,
    Reading(D::Reader),
    Writing(D::Writer),
}

impl<D: Domain> Unit<D> {
    pub(crate) fn new(domain: Arc<D>, effect: Effect) -> Self {
        Self {
            domain,
            effect,
            work: Work::Idle,
        }
    }

    pub(crate) async fn reader(&mut self, cx: &Context) -> Result<&mut D::Reader, OperationError> {
        self.open(cx).await?;
        match &mut self.work {
            Work::Reading(reader) => Ok(reader),
            Work::Writing(writer) => Ok(writer.as_mut()),
            Work::Idle => Err(OperationError::internal("the unit of work did not open")),
        }
    }

    pub(crate) async fn writer(&mut self, cx: &Context) -> Result<&mut D::Writer, OperationError> {
        self.open(cx).await?;
        match &mut self.work {
            Work::Writing(writer) => Ok(writer),
            Work::Reading(_) | Work::Idle => Err(OperationError::internal("a command in a session that only reads")),
        }
    }

    async fn open(&mut self, cx: &Context) -> Result<(), OperationError> {
        if matches!(self.work, Work::Idle) {
            self.work = match self.effect {
                Effect::Read => Work::Reading(self.domain.read(cx).await?),
                Effect::Write => Work::Writing(self.domain.write(cx).await?),
            };
        }
        Ok(())
    }
}

/// A [`Unit`] of some domain. Dropping it rolls back.
pub(crate) trait ErasedUnit: Any + Send {
    fn as_any(&mut self) -> &mut (dyn Any + Send);
    fn take_changes(&mut self) -> Vec<Change>;
    fn has_writer(&self) -> bool;
    fn commit(self: Box<Self>, fence: Fence) -> BoxFuture<'static, Result<(), OperationError>>;
}

impl<D: Domain> ErasedUnit for Unit<D> {
    fn as_any(&mut self) -> &mut (dyn Any + Send) {
        self
    }

    fn take_changes(&mut self) -> Vec<Change> {
        match &mut self.work {
            Work::Writing(writer) => writer.take_changes(),
            Work::Idle | Work::Reading(_) => Vec::new(),
        }
    }

    fn has_writer(&self) -> bool {
        matches!(self.work, Work::Writing(_))
    }

    fn commit(self: Box<Self>, fence: Fence) -> BoxFuture<'static, Result<(), OperationError>> {
        Box::pin(async move {
            match self.work {
                Work::Writing(writer) => writer.commit(fence).await,
                Work::Idle | Work::Reading(_) => Ok(()),
            }
        })
    }
}
