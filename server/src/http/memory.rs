//! Room for large bodies: a JSON body is in memory as a whole before it is understood, so only so
//! many of the large ones may be under way at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::error::{ApiError, ApiResult};
use crate::limits::Key;

/// What is counted in, in bytes: bodies that are not larger need no room.
pub(crate) const UNIT: usize = 64 * 1024;
/// Room for the bodies of all clients, in units: 64 MiB.
const ALL: usize = 1024;
/// Room for those of one client: a quarter, so that nobody keeps all others waiting.
const ONE: usize = ALL / 4;
/// How long a request waits for room.
const PATIENCE: Duration = Duration::from_secs(20);

/// The room that there is. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Memory {
    all: Arc<Semaphore>,
    clients: Arc<Mutex<HashMap<Key, Arc<Semaphore>>>>,
    patience: Duration,
}

/// Room that a request takes, until it is dropped.
struct Room {
    memory: Memory,
    client: Key,
    /// `None` only while it is being dropped.
    permits: Option<(OwnedSemaphorePermit, OwnedSemaphorePermit)>,
}

/// What a request holds until it is answered; it is among the request's extensions.
#[derive(Clone, Default)]
pub(crate) struct Held(Arc<Mutex<Vec<Room>>>);

impl Memory {
    pub(crate) fn new() -> Self {
        Self {
            all: Arc::new(Semaphore::new(ALL)),
            clients: Arc::default(),
            patience: PATIENCE,
        }
    }

    /// Waits for room for a body of so many bytes, and holds it until the request is answered.
    ///
    /// # Errors
    /// 503 when there is none for too long.
    pub(crate) async fn hold(&self, bytes: usize, client: Key, held: &Held) -> ApiResult<()> {
        if bytes <= UNIT {
            return Ok(());
        }
        let units = u32::try_from(bytes.div_ceil(UNIT).min(ONE)).map_err(ApiError::internal)?;
        let own = {
            let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(
                clients
                    .entry(client)
                    .or_insert_with(|| Arc::new(Semaphore::new(ONE))),
            )
        };
        let mut room = Room {
            memory: self.clone(),
            client,
            permits: None,
        };
        // One's own first: whoever waits for it keeps nothing from the others.
        let both = async {
            let own = own.acquire_many_owned(units).await?;
            let all = Arc::clone(&self.all).acquire_many_owned(units).await?;
            Ok::<_, tokio::sync::AcquireError>((own, all))
        };
        let permits = timeout(self.patience, both)
            .await
            .map_err(|_| ApiError::unavailable())?
            .map_err(ApiError::internal)?;
        room.permits = Some(permits);
        let mut held = held.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.push(room);
        Ok(())
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        drop(self.permits.take());
        let mut clients = self
            .memory
            .clients
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        // Nobody else holds or waits for it: a later request makes a new one.
        if clients
            .get(&self.client)
            .is_some_and(|own| Arc::strong_count(own) == 1)
        {
            clients.remove(&self.client);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn client(n: u8) -> Key {
        Key::Ip(Ipv4Addr::new(192, 0, 2, n).into())
    }

    #[tokio::test]
    async fn one_client_leaves_room_for_others() {
        let held = Held::default();
        let memory = Memory {
            patience: Duration::from_millis(1),
            ..Memory::new()
        };
        memory.hold(UNIT, client(1), &held).await.unwrap();
        assert_eq!(memory.all.available_permits(), ALL, "small ones are free");
        for _ in 0..2 {
            let half = UNIT * ONE / 2;
            memory.hold(half, client(1), &held).await.unwrap();
        }
        let refused = memory.hold(UNIT + 1, client(1), &held).await;
        assert_eq!(
            refused.unwrap_err().code(),
            protocol::ErrorCode::Unavailable
        );
        let other = Held::default();
        for n in 2..=4 {
            let most = UNIT * ONE;
            memory.hold(most, client(n), &other).await.unwrap();
        }
        assert_eq!(memory.all.available_permits(), 0);
        drop(held);
        memory.hold(UNIT * 9, client(5), &other).await.unwrap();
        drop(other);
        assert_eq!(memory.all.available_permits(), ALL);
        assert!(memory.clients.lock().unwrap().is_empty());
    }
}
