//! Who waits for an account's change feed to go on, in this process. A waiter is a few hundred
//! bytes: it holds no thread, and nothing of the database.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use protocol::UserId;
use tokio::sync::watch;

/// The accounts that somebody waits for. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Feeds {
    awaited: Arc<Mutex<HashMap<UserId, watch::Sender<()>>>>,
}

/// Somebody who waits for an account's feed, until it is dropped.
pub(crate) struct Waiter {
    user: UserId,
    feeds: Feeds,
    bell: watch::Receiver<()>,
}

impl Feeds {
    /// Begins to listen. To be done before the feed is looked at: what comes in between would be
    /// missed.
    pub(crate) fn listen(&self, user: UserId) -> Waiter {
        let mut awaited = self.awaited.lock().unwrap_or_else(PoisonError::into_inner);
        let bell = awaited
            .entry(user)
            .or_insert_with(|| watch::Sender::new(()))
            .subscribe();
        Waiter {
            user,
            feeds: self.clone(),
            bell,
        }
    }

    /// The feed has gone on, durably.
    pub(crate) fn went_on(&self, user: UserId) {
        let awaited = self.awaited.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bell) = awaited.get(&user) {
            bell.send_replace(());
        }
    }
}

impl Waiter {
    /// Waits until the feed has gone on since listening began, or since this was last ready.
    pub(crate) async fn next(&mut self) {
        if self.bell.changed().await.is_err() {
            // Nobody rings any more. It does not happen as long as somebody listens.
            std::future::pending().await
        }
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        let mut awaited = self
            .feeds
            .awaited
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        // This one is counted still. Nobody can begin to listen while the map is locked.
        if awaited
            .get(&self.user)
            .is_some_and(|bell| bell.receiver_count() <= 1)
        {
            awaited.remove(&self.user);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn rings(waiter: &mut Waiter) -> bool {
        waiter.next().now_or_never().is_some()
    }

    #[test]
    fn whoever_listened_before_is_told_once() {
        let feeds = Feeds::default();
        let (ann, bob) = (UserId::from_random([1; 16]), UserId::from_random([2; 16]));
        let (mut one, mut two, mut other) =
            (feeds.listen(ann), feeds.listen(ann), feeds.listen(bob));
        assert!(!rings(&mut one));
        feeds.went_on(ann);
        assert!(rings(&mut one) && rings(&mut two) && !rings(&mut other));
        let mut late = feeds.listen(ann);
        assert!(!rings(&mut one) && !rings(&mut late));
    }

    #[test]
    fn nobody_is_remembered_who_left() {
        let feeds = Feeds::default();
        let ann = UserId::from_random([1; 16]);
        let count = || feeds.awaited.lock().unwrap().len();
        let (one, mut two) = (feeds.listen(ann), feeds.listen(ann));
        drop(one);
        assert_eq!(count(), 1);
        feeds.went_on(ann);
        assert!(rings(&mut two));
        drop(two);
        assert_eq!(count(), 0);
        feeds.went_on(ann);
    }
}
