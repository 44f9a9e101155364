//! Rate limits: fixed windows, each starting with its first request.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use protocol::{UserId, VersionId};

use crate::clock::now_ms;
use crate::config::{Limits, Rate};
use crate::error::{ApiError, ApiResult};
use crate::http::context::ClientIp;
use crate::state::AppState;

/// Windows of one kind kept at once; all kinds together take some 20 MiB at most.
const CAPACITY: usize = 20_000;
/// Whoever comes when there is no window left shares one of so many with others like that.
const CROWDS: u64 = 1024;
/// Windows that are over are looked for once in this time, in milliseconds.
const SWEEP_EVERY: i64 = 1000;
/// A file that is read in parts counts as read once in this time.
const READING: Rate = Rate::new(1, 60);

/// What is being limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Registration,
    Login,
    General,
    Uploads,
    Parts,
    Downloads,
    /// Of one file: what is read in parts is one download.
    Reading,
    Public,
    /// Wrong current passwords of a signed-in account; as many as sign-ins.
    Password,
    /// Attempts to recover an account; as many as sign-ins.
    Recovery,
}

/// Whose window it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    Ip(IpAddr),
    User(UserId),
    /// A version of a file, read by somebody.
    Reading(UserId, VersionId),
    /// One of those for whom there is no window left.
    Crowd(u64),
}

impl From<UserId> for Key {
    fn from(user: UserId) -> Self {
        Self::User(user)
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
    /// By kind: whoever floods one of them pushes nobody out of another.
    windows: Mutex<HashMap<Kind, Windows>>,
    crowds: RandomState,
}

#[derive(Default)]
struct Windows {
    all: HashMap<Key, Window>,
    /// When windows that are over were last removed; milliseconds since 1970.
    swept: i64,
}

impl Limiter {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            windows: Mutex::default(),
            crowds: RandomState::new(),
        }
    }

    fn rate(&self, kind: Kind) -> Option<Rate> {
        match kind {
            Kind::Registration => self.limits.registration,
            Kind::Login | Kind::Password | Kind::Recovery => self.limits.login,
            Kind::General => self.limits.general,
            Kind::Uploads => self.limits.uploads,
            Kind::Parts => self.limits.parts,
            Kind::Reading => Some(READING),
            Kind::Downloads => self.limits.downloads,
            Kind::Public => self.limits.public,
        }
    }

    /// Counts a request; `None` when nothing limits it.
    pub(crate) fn take(&self, kind: Kind, key: Key, now: i64) -> Option<Standing> {
        let mut kinds = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        self.take_from(&mut kinds, kind, key, now)
    }

    /// Counts a download; `None` when it goes on with one that was counted a moment ago. Both are
    /// looked at as one: else some of many requests at once would be let in uncounted.
    fn take_download(
        &self,
        user: UserId,
        version: VersionId,
        now: i64,
    ) -> Option<Option<Standing>> {
        let mut kinds = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let reading = Key::Reading(user, version);
        let part = self.take_from(&mut kinds, Kind::Reading, reading, now);
        if part.is_some_and(|part| !part.allowed) {
            return None;
        }
        let standing = self.take_from(&mut kinds, Kind::Downloads, user.into(), now);
        // What was refused was not read: the next part is refused as well.
        if standing.is_some_and(|standing| !standing.allowed)
            && let Some(windows) = kinds.get_mut(&Kind::Reading)
        {
            windows.all.remove(&reading);
        }
        Some(standing)
    }

    fn take_from(
        &self,
        kinds: &mut HashMap<Kind, Windows>,
        kind: Kind,
        key: Key,
        now: i64,
    ) -> Option<Standing> {
        let rate = self.rate(kind)?;
        let windows = kinds.entry(kind).or_default();
        let key = match kind {
            _ if windows.has_room_for(&key, now) => key,
            // Sharing this one would hide downloads.
            Kind::Reading => return None,
            _ => Key::Crowd(self.crowds.hash_one(key) % CROWDS),
        };
        let fresh = Window {
            count: 0,
            ends: now + i64::from(rate.seconds()) * 1000,
        };
        let window = windows.all.entry(key).or_insert(fresh);
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

impl Windows {
    /// Whether this one has a window, or can have one. Nobody loses theirs for it: counts would
    /// start anew for whoever can come from many addresses.
    fn has_room_for(&mut self, key: &Key, now: i64) -> bool {
        if self.all.len() < CAPACITY || self.all.contains_key(key) {
            return true;
        }
        if now - self.swept >= SWEEP_EVERY {
            self.swept = now;
            self.all.retain(|_, window| window.ends > now);
        }
        self.all.len() < CAPACITY
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

/// Counts a download, unless another part of the same was counted a moment ago; answers whether
/// it did.
///
/// # Errors
/// 429 when it is one too many.
pub(crate) fn count_download(
    narrowest: &Narrowest,
    state: &AppState,
    user: UserId,
    version: VersionId,
) -> ApiResult<bool> {
    let now = now_ms();
    match state.limiter.take_download(user, version, now) {
        None => Ok(false),
        Some(standing) => judge(narrowest, standing, now).map(|()| true),
    }
}

/// The same for handlers that have the request's [`Narrowest`] already.
pub(crate) fn count_in(
    narrowest: &Narrowest,
    state: &AppState,
    kind: Kind,
    key: Key,
) -> ApiResult<()> {
    let now = now_ms();
    judge(narrowest, state.limiter.take(kind, key, now), now)
}

/// What a request's place in a window means for it.
fn judge(narrowest: &Narrowest, standing: Option<Standing>, now: i64) -> ApiResult<()> {
    let Some(standing) = standing else {
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
