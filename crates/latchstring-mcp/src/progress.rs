//! Signs of life from a call that takes long, for clients that ask for them with a progress token.

use std::time::Duration;

use rmcp::{RoleServer, model::ProgressNotificationParam, service::RequestContext};
use tokio::time::{Instant, MissedTickBehavior, interval_at};

/// How long a call is silent before it says that it is still at work, and between two such signs. Most calls end before,
/// and are answered in one piece.
const EVERY: Duration = Duration::from_secs(2);

/// Waits for the call, and tells every two seconds that it goes on: how many seconds so far.
pub(crate) async fn told<F: Future>(context: &RequestContext<RoleServer>, call: F) -> F::Output {
    let Some(token) = context.meta.get_progress_token() else {
        return call.await;
    };
    let began = Instant::now();
    let mut ticks = interval_at(began + EVERY, EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    tokio::pin!(call);
    loop {
        tokio::select! {
            answer = &mut call => return answer,
            _ = ticks.tick() => {
                let seconds = began.elapsed().as_secs();
                let mut sign = ProgressNotificationParam::new(token.clone(), began.elapsed().as_secs_f64());
                sign.message = Some(format!("at work for {seconds} seconds"));
                // Who does not hear it any more is noticed elsewhere.
                let _ = context.peer.notify_progress(sign).await;
            }
        }
    }
}
