//! Room for large bodies: a JSON body is in memory as a whole before it is understood, and an
//! answer until it has been sent, so only so many of the large ones may be under way at once.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody as _, to_bytes};
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::Response;
use futures_util::FutureExt as _;
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
    /// Answers that wait for room are in memory meanwhile: as many again as there is room for.
    waiting: Arc<Semaphore>,
    patience: Duration,
}

/// Room that a request or an answer takes, until it is dropped.
struct Room {
    memory: Memory,
    client: Key,
    /// `None` only while it is being dropped.
    permits: Option<(OwnedSemaphorePermit, OwnedSemaphorePermit)>,
}

/// What a request holds until it is answered; it is among the request's extensions.
#[derive(Clone, Default)]
pub(crate) struct Held(Arc<Mutex<Vec<Room>>>);

/// An answer's bytes, and the room that they take.
struct Answer {
    bytes: Bytes,
    _room: Room,
}

impl AsRef<[u8]> for Answer {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Memory {
    pub(crate) fn new() -> Self {
        Self {
            all: Arc::new(Semaphore::new(ALL)),
            clients: Arc::default(),
            waiting: Arc::new(Semaphore::new(ALL)),
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
        let room = self.room(units(bytes)?, client).await?;
        let mut held = held.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.push(room);
        Ok(())
    }

    /// An answer that, if it is JSON and large, takes room until its last byte has been sent.
    ///
    /// # Errors
    /// 503 when there is none for too long, or too many answers wait for some already.
    pub(crate) async fn keep(&self, answer: Response, client: Key) -> ApiResult<Response> {
        let json = HeaderValue::from_static("application/json");
        let length = answer.body().size_hint().exact().unwrap_or(0);
        if length <= UNIT as u64 || answer.headers().get(CONTENT_TYPE) != Some(&json) {
            return Ok(answer);
        }
        let units = units(usize::try_from(length).map_err(ApiError::internal)?)?;
        let mut room = pin!(self.room(units, client));
        let room = match room.as_mut().now_or_never() {
            Some(found) => found?,
            None => {
                let waiting = Arc::clone(&self.waiting).try_acquire_many_owned(units);
                let _waiting = waiting.map_err(|_| ApiError::unavailable())?;
                room.await?
            }
        };
        let (head, body) = answer.into_parts();
        let bytes = to_bytes(body, usize::MAX)
            .await
            .map_err(ApiError::internal)?;
        let body = Bytes::from_owner(Answer { bytes, _room: room });
        Ok(Response::from_parts(head, Body::from(body)))
    }

    async fn room(&self, units: u32, client: Key) -> ApiResult<Room> {
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
        Ok(room)
    }
}

/// What so many bytes take: never more than one client may have.
fn units(bytes: usize) -> ApiResult<u32> {
    u32::try_from(bytes.div_ceil(UNIT).min(ONE)).map_err(ApiError::internal)
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

    fn answer(bytes: usize) -> Response {
        let mut answer = Response::new(Body::from(vec![7; bytes]));
        let json = HeaderValue::from_static("application/json");
        answer.headers_mut().insert(CONTENT_TYPE, json);
        answer
    }

    #[tokio::test]
    async fn a_large_answer_takes_room_until_it_is_sent() {
        let memory = Memory {
            patience: Duration::from_millis(1),
            ..Memory::new()
        };
        let free = |memory: &Memory| memory.all.available_permits();
        let small = memory.keep(answer(UNIT), client(1)).await.unwrap();
        assert_eq!(free(&memory), ALL, "small ones are free");
        drop(small);
        let mut other = answer(UNIT * 9);
        other.headers_mut().remove(CONTENT_TYPE);
        let other = memory.keep(other, client(1)).await.unwrap();
        assert_eq!(free(&memory), ALL, "what is streamed or built in as well");
        drop(other);

        let first = memory.keep(answer(UNIT * ONE), client(1)).await.unwrap();
        let bytes = to_bytes(first.into_body(), usize::MAX).await.unwrap();
        assert_eq!(*bytes, vec![7; UNIT * ONE]);
        let refused = memory.keep(answer(UNIT + 1), client(1)).await;
        let code = refused.unwrap_err().code();
        assert_eq!(code, protocol::ErrorCode::Unavailable);
        // The server's queue has the bytes, or a part of them, when the body is gone.
        let rest = bytes.slice(UNIT * ONE - 1..);
        drop(bytes);
        assert_eq!(free(&memory), ALL - ONE);
        drop(rest);
        assert_eq!(free(&memory), ALL);
        assert!(memory.clients.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn only_so_many_answers_wait() {
        let memory = Memory::new();
        let most = || memory.keep(answer(UNIT * ONE), client(1));
        let first = most().await.unwrap();
        let mut waiting = Vec::new();
        for _ in 0..ALL / ONE {
            let mut answer = Box::pin(most());
            assert!(answer.as_mut().now_or_never().is_none(), "it waits");
            waiting.push(answer);
        }
        let code = most().await.unwrap_err().code();
        assert_eq!(code, protocol::ErrorCode::Unavailable);
        memory.keep(answer(UNIT + 1), client(2)).await.unwrap();
        drop(first);
        waiting.remove(0).await.unwrap();
    }
}
