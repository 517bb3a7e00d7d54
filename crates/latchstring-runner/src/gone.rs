//! Why a call is not waited for any more.

use latchstring_core::{ErrorCode, OperationError};
use tokio_util::sync::CancellationToken;

/// The two ways in which a call can lose its reason.
pub(crate) struct Gone {
    pub(crate) caller: CancellationToken,
    pub(crate) stop: CancellationToken,
}

impl Gone {
    /// The result of `work`; or, if the caller goes away or the server stops first, why there is none. `work` is dropped
    /// then.
    pub(crate) async fn or<T>(&self, work: impl Future<Output = T>) -> Result<T, OperationError> {
        let text = tokio::select! {
            biased;
            () = self.caller.cancelled() => "the caller is gone; nothing was changed",
            () = self.stop.cancelled() => "the server is stopping; nothing was changed. Try again shortly",
            done = work => return Ok(done),
        };
        Err(OperationError::new(ErrorCode::Unavailable, text))
    }
}
