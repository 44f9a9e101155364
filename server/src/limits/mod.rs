//! Rate limits: fixed windows, each starting with its first request.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use protocol::UserId;

use crate::clock::now_ms;
use crate::config::{Limits, Rate};
use crate::error::{ApiError, ApiResult};
use crate::http::context::ClientIp;
use crate::secrets::sha256;
use crate::state::AppState;

/// Windows kept at once; a few MiB.
const CAPACITY: usize = 100_000;

/// What is being limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Registration,
    Login,
    General,
    Uploads,
    Downloads,
    Public,
    /// Wrong current passwords of a signed-in account; as many as sign-ins.
    Password,
    /// Attempts to recover an account, per address and per account; as many as sign-ins.
    Recovery,
}

/// Whose window it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    Ip(IpAddr),
    User(UserId),
    /// The hash of an email, of an account or of none.
    Email([u8; 16]),
}

impl From<UserId> for Key {
    fn from(user: UserId) -> Self {
        Self::User(user)
    }
}

impl Key {
    /// For a normalised email, whether there is such an account or not.
    pub(crate) fn email(email: &str) -> Self {
        let mut key = [0; 16];
        key.copy_from_slice(&sha256(email.as_bytes())[..16]);
        Self::Email(key)
    }
}

impl From<ClientIp> for Key {
    /// Whoever has one IPv6 address has 2^64 of them: the network counts.
    fn from(ClientIp(ip): ClientIp) -> Self {
        Self::Ip(match ip.to_canonical() {
            IpAddr::V6(ip) => {
                let [a, b, c, d, ..] = ip.segments();
                Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
            }
            v4 => v4,
        })
    }
}

/// Where a window stands after a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) limit: u32,
    pub(crate) remaining: u32,
    /// Milliseconds since 1970.
    pub(crate) ends: i64,
    pub(crate) allowed: bool,
}

#[derive(Clone, Copy, Debug)]
struct Window {
    count: u32,
    /// Milliseconds since 1970.
    ends: i64,
}

/// All windows.
pub(crate) struct Limiter {
    limits: Limits,
    windows: Mutex<HashMap<(Kind, Key), Window>>,
}

impl Limiter {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            windows: Mutex::default(),
        }
    }

    fn rate(&self, kind: Kind) -> Option<Rate> {
        match kind {
            Kind::Registration => self.limits.registration,
            Kind::Login | Kind::Password | Kind::Recovery => self.limits.login,
            Kind::General => self.limits.general,
            Kind::Uploads => self.limits.uploads,
            Kind::Downloads => self.limits.downloads,
            Kind::Public => self.limits.public,
        }
    }

    /// Counts a request; `None` when nothing limits it.
    pub(crate) fn take(&self, kind: Kind, key: Key, now: i64) -> Option<Standing> {
        let rate = self.rate(kind)?;
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() >= CAPACITY && !windows.contains_key(&(kind, key)) {
            make_room(&mut windows, now);
        }
        let fresh = Window {
            count: 0,
            ends: now + i64::from(rate.seconds()) * 1000,
        };
        let window = windows.entry((kind, key)).or_insert(fresh);
        if window.ends <= now {
            *window = fresh;
        }
        let allowed = window.count < rate.count();
        if allowed {
            window.count += 1;
        }
        Some(Standing {
            limit: rate.count(),
            remaining: rate.count() - window.count,
            ends: window.ends,
            allowed,
        })
    }
}

/// Forgets what is over; if that is not enough, what will be over soonest.
fn make_room(windows: &mut HashMap<(Kind, Key), Window>, now: i64) {
    windows.retain(|_, window| window.ends > now);
    if windows.len() >= CAPACITY {
        let mut ends: Vec<i64> = windows.values().map(|window| window.ends).collect();
        let middle = ends.len() / 2;
        let (_, median, _) = ends.select_nth_unstable(middle);
        let median = *median;
        windows.retain(|_, window| window.ends > median);
    }
}

/// The narrowest limit that a request met, for the headers of its answer.
#[derive(Clone, Default)]
pub(crate) struct Narrowest(Arc<Mutex<Option<Standing>>>);

impl Narrowest {
    fn note(&self, standing: Standing) {
        let mut narrowest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = |standing: &Standing| (standing.allowed, standing.remaining, standing.limit);
        if narrowest
            .as_ref()
            .is_none_or(|other| key(&standing) < key(other))
        {
            *narrowest = Some(standing);
        }
    }

    /// Writes the headers, if anything was limited.
    pub(crate) fn write(&self, headers: &mut HeaderMap) {
        let narrowest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(standing) = *narrowest {
            let mut set = |name, value: i64| {
                headers.insert(HeaderName::from_static(name), HeaderValue::from(value));
            };
            set("x-ratelimit-limit", standing.limit.into());
            set("x-ratelimit-remaining", standing.remaining.into());
            // In seconds, rounded up: at that time the window is over.
            set("x-ratelimit-reset", (standing.ends + 999) / 1000);
        }
    }
}

/// Counts a request against a limit.
///
/// # Errors
/// 429 when it is one too many.
pub(crate) fn count(parts: &Parts, state: &AppState, kind: Kind, key: Key) -> ApiResult<()> {
    let narrowest = parts
        .extensions
        .get::<Narrowest>()
        .cloned()
        .unwrap_or_default();
    count_in(&narrowest, state, kind, key)
}

/// The same for handlers that have the request's [`Narrowest`] already.
pub(crate) fn count_in(
    narrowest: &Narrowest,
    state: &AppState,
    kind: Kind,
    key: Key,
) -> ApiResult<()> {
    let now = now_ms();
    let Some(standing) = state.limiter.take(kind, key, now) else {
        return Ok(());
    };
    narrowest.note(standing);
    if standing.allowed {
        return Ok(());
    }
    // Rounded up: whoever waits that long is let in.
    let seconds = (standing.ends - now + 999) / 1000;
    Err(ApiError::rate_limited(seconds.max(1).unsigned_abs()))
}

pub(crate) mod extract;

#[cfg(test)]
mod tests;
