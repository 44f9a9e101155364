//! Who is connected. When there is no room for somebody, the connection that has been idle for
//! longest makes room, and if none is idle, the one whose request has only been waiting for
//! something to happen for longest; those with other requests under way stay.

use std::collections::HashMap;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Instant;

use axum::body::{Body, Bytes};
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::sync::Notify;

use super::Room;
use crate::http::context::ClientIp;
use crate::limits::Key;

/// All connections.
#[derive(Clone)]
pub(super) struct Crowd(Arc<Hall>);

struct Hall {
    room: Room,
    inside: Mutex<Inside>,
}

#[derive(Default)]
struct Inside {
    next: u64,
    guests: HashMap<u64, Guest>,
    /// How many come from each address.
    each: HashMap<Key, usize>,
}

struct Guest {
    /// `None` for a proxy.
    from: Option<Key>,
    requests: usize,
    /// How many of them only wait.
    waits: usize,
    /// Since when there is no request under way, but for those that wait.
    idle: Instant,
    leave: Arc<Notify>,
}

/// A connection's place; it is free again when this is dropped.
pub(super) struct Seat {
    number: u64,
    leave: Arc<Notify>,
    crowd: Crowd,
}

impl Crowd {
    pub(super) fn new(room: Room) -> Self {
        Self(Arc::new(Hall {
            room,
            inside: Mutex::default(),
        }))
    }

    /// A place for a connection from there; `None` when there is none.
    pub(super) fn enter(&self, peer: IpAddr) -> Option<Seat> {
        let room = &self.0.room;
        let from =
            (!room.proxies.contains(&peer.to_canonical())).then(|| Key::from(ClientIp(peer)));
        let mut inside = self.inside();
        if let Some(key) = from
            && inside
                .each
                .get(&key)
                .is_some_and(|count| *count >= room.each)
        {
            inside.make_room(|guest| guest.from == from)?;
        }
        if inside.guests.len() >= room.all {
            inside.make_room(|_| true)?;
        }
        let number = inside.next;
        inside.next += 1;
        let leave = Arc::new(Notify::new());
        let guest = Guest {
            from,
            requests: 0,
            waits: 0,
            idle: Instant::now(),
            leave: Arc::clone(&leave),
        };
        inside.guests.insert(number, guest);
        if let Some(key) = from {
            *inside.each.entry(key).or_default() += 1;
        }
        Some(Seat {
            number,
            leave,
            crowd: self.clone(),
        })
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inside {
    /// Asks the connection to leave that has been idle for longest, or else waiting; `None` when
    /// all are busy.
    fn make_room(&mut self, among: impl Fn(&Guest) -> bool) -> Option<()> {
        let (number, _) = self
            .guests
            .iter()
            .filter(|(_, guest)| guest.requests == guest.waits && among(guest))
            .min_by_key(|(_, guest)| (guest.waits, guest.idle))?;
        let number = *number;
        self.remove(number)?.leave.notify_one();
        Some(())
    }

    fn remove(&mut self, number: u64) -> Option<Guest> {
        let guest = self.guests.remove(&number)?;
        if let Some(key) = guest.from
            && let Some(count) = self.each.get_mut(&key)
        {
            *count -= 1;
            if *count == 0 {
                self.each.remove(&key);
            }
        }
        Some(guest)
    }

    fn count(&mut self, number: u64, change: impl Fn(&mut Guest)) {
        if let Some(guest) = self.guests.get_mut(&number) {
            change(guest);
            guest.idle = Instant::now();
        }
    }
}

impl Seat {
    /// Until somebody else needs the place.
    pub(super) async fn asked_to_leave(&self) {
        self.leave.notified().await;
    }

    /// A request begins.
    pub(super) fn busy(seat: &Arc<Self>) -> Busy {
        seat.crowd
            .inside()
            .count(seat.number, |guest| guest.requests += 1);
        Busy(Arc::clone(seat))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.crowd.inside().remove(self.number);
    }
}

/// A request that is under way, until this is dropped.
pub(super) struct Busy(Arc<Seat>);

impl Busy {
    /// Until the answer has been taken over for sending.
    pub(super) fn until_read(self, body: Body) -> BusyBody {
        BusyBody { body, _busy: self }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let number = self.0.number;
        self.0.crowd.inside().count(number, |guest| {
            guest.requests = guest.requests.saturating_sub(1);
        });
    }
}

/// The connection that a request came on.
#[derive(Clone)]
pub(crate) struct Place(pub(super) Arc<Seat>);

impl Place {
    /// From here on the request only waits, and its connection may be closed for somebody else's,
    /// until what this answers is dropped.
    pub(crate) fn lend(self) -> Lent {
        let Self(seat) = self;
        seat.crowd
            .inside()
            .count(seat.number, |guest| guest.waits += 1);
        Lent(seat)
    }
}

/// A place that may be needed by somebody else.
pub(crate) struct Lent(Arc<Seat>);

impl Drop for Lent {
    fn drop(&mut self) {
        self.0.crowd.inside().count(self.0.number, |guest| {
            guest.waits = guest.waits.saturating_sub(1);
        });
    }
}

/// The body of an answer.
pub(super) struct BusyBody {
    body: Body,
    _busy: Busy,
}

impl HttpBody for BusyBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crowd() -> Crowd {
        Crowd::new(Room {
            all: 4,
            each: 2,
            proxies: vec!["10.0.0.1".parse().unwrap()],
        })
    }

    fn enter(crowd: &Crowd, peer: &str) -> Option<Arc<Seat>> {
        crowd.enter(peer.parse().unwrap()).map(Arc::new)
    }

    fn left(seat: &Seat) -> bool {
        !seat.crowd.inside().guests.contains_key(&seat.number)
    }

    #[test]
    fn an_address_has_its_share_and_idle_connections_make_room() {
        let crowd = crowd();
        let first = enter(&crowd, "192.0.2.1").unwrap();
        let second = enter(&crowd, "192.0.2.1").unwrap();
        let request = Seat::busy(&first);
        let third = enter(&crowd, "192.0.2.1").unwrap();
        assert!(left(&second) && !left(&first), "the idle one made room");
        let another = Seat::busy(&third);
        assert!(enter(&crowd, "192.0.2.1").is_none(), "both are busy");
        assert!(enter(&crowd, "::ffff:192.0.2.1").is_none());
        let other = enter(&crowd, "192.0.2.2").unwrap();
        drop(request);
        let fourth = enter(&crowd, "192.0.2.1").unwrap();
        assert!(left(&first));
        drop((another, other, fourth, first, second, third));
        let inside = crowd.inside();
        assert!(inside.guests.is_empty() && inside.each.is_empty());
    }

    #[test]
    fn a_network_is_one_address_and_a_proxy_is_many() {
        let crowd = crowd();
        let seats = ["2001:db8::1", "2001:db8::2"].map(|ip| enter(&crowd, ip).unwrap());
        let _busy = seats.each_ref().map(Seat::busy);
        assert!(enter(&crowd, "2001:db8::3").is_none());
        let proxied = [(); 2].map(|()| enter(&crowd, "10.0.0.1").unwrap());
        let third = enter(&crowd, "10.0.0.1").unwrap();
        assert!(left(&proxied[0]), "the sum counts, and the oldest left");
        let _more = [&proxied[1], &third].map(Seat::busy);
        assert!(enter(&crowd, "192.0.2.9").is_none(), "all are busy");
    }
}
