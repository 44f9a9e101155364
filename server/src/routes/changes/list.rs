use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use protocol::{ChangesPage, Failure, Success, UserId};
use tokio::time::Instant;

use crate::auth::Reader;
use crate::commit::cursor::{FeedCursor, Mark};
use crate::connections::Place;
use crate::db::Conn;
use crate::error::{ApiError, ApiResult};
use crate::feeds::Waiter;
use crate::http::answer;
use crate::http::input::Query;
use crate::repo::changes::{self, Weight};
use crate::repo::{ENTRY, PAGE_BYTES, commits, vaults};
use crate::state::AppState;

/// Records in a page, unless one commit alone has more.
const PAGE: u64 = 5000;
/// The longest wait, in seconds: shorter than what proxies commonly allow.
const LONGEST: u64 = 50;

/// What changed since a cursor
///
/// Each node stands where it last changed, as it is now; each head likewise. Without a cursor it
/// is the whole tree. A page has up to 5,000 changes and 8 MiB of sealed records, and never splits
/// a commit, whatever that one has. When a folder was purged, what was below it
/// went with it and is not told one by one. With `wait`, an answer that would be empty comes when
/// there is something, when so many seconds are over, or when the server stops.
#[utoipa::path(get, path = "/changes", tag = "Tree", operation_id = "list_changes",
    params(
        ("cursor" = Option<String>, Query, description = "From the page or commit before"),
        ("wait" = Option<u64>, Query, minimum = 0, maximum = 50,
            description = "Seconds to wait for something after the cursor, which is needed then")),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "A page", body = Success<ChangesPage>),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn list(
    State(state): State<AppState>,
    Extension(place): Extension<Place>,
    reader: Reader,
    query: ApiResult<Query>,
) -> ApiResult<Response> {
    let (feeds, again) = (state.feeds.clone(), reader.clone().counted());
    let first = reader.read(move |c, caller| {
        if caller.root.is_none() {
            return Err(ApiError::bare_account());
        }
        let Asked { cursor, wait } = Asked::parse(&query?)?;
        let Some(waited_at) = cursor.filter(|_| !wait.is_zero()) else {
            return respond(c, caller.user, cursor).map(Found::Answer);
        };
        // Whoever waits listens before looking: a commit in between is heard of.
        let waiter = feeds.listen(caller.user);
        Ok(match look(c, caller.user, waited_at)? {
            Some(response) => Found::Answer(response),
            None => Found::Nothing(waiter, waited_at, wait),
        })
    });
    match first.await? {
        Found::Answer(response) => Ok(response),
        Found::Nothing(waiter, cursor, wait) => {
            let _lent = place.lend();
            until_there_is_something(state, again, waiter, cursor, wait).await
        }
    }
}

/// What the first look at the feed brought.
enum Found {
    Answer(Response),
    /// Nothing after the cursor, where there is something to wait for, and so long.
    Nothing(Waiter, FeedCursor, Duration),
}

/// Answers when the feed goes on, the time is over, or the server ends. Nothing of the database is
/// held meanwhile, and the connection makes room when others need it; whether the caller is still signed in is looked at anew.
async fn until_there_is_something(
    mut state: AppState,
    reader: Reader,
    mut waiter: Waiter,
    cursor: FeedCursor,
    wait: Duration,
) -> ApiResult<Response> {
    let end = Instant::now() + wait;
    loop {
        let over = tokio::select! {
            () = waiter.next() => false,
            () = tokio::time::sleep_until(end) => true,
            _ = state.ending.wait_for(|ending| *ending) => true,
        };
        let found = reader.clone().read(move |c, caller| {
            if over {
                respond(c, caller.user, Some(cursor)).map(Some)
            } else {
                look(c, caller.user, cursor)
            }
        });
        if let Some(response) = found.await? {
            return Ok(response);
        }
    }
}

/// What a request asks for.
struct Asked {
    cursor: Option<FeedCursor>,
    wait: Duration,
}

impl Asked {
    fn parse(query: &Query) -> ApiResult<Self> {
        let wrong = || ApiError::bad_parameter("cursor", "it is not from this feed");
        let cursor = query
            .text("cursor")?
            .map(|text| FeedCursor::parse(text).ok_or_else(wrong))
            .transpose()?;
        let wait = query.number("wait", 0, 0, LONGEST)?;
        if wait > 0 && cursor.is_none() {
            return Err(ApiError::bad_parameter("wait", "it needs a cursor"));
        }
        Ok(Self {
            cursor,
            wait: Duration::from_secs(wait),
        })
    }
}

/// A page, unless nothing is after the cursor.
fn look(conn: &mut dyn Conn, user: UserId, cursor: FeedCursor) -> ApiResult<Option<Response>> {
    if vaults::feed(conn, user)? == Some(cursor.after) {
        check_history(conn, user, cursor, cursor.after)?;
        return Ok(None);
    }
    respond(conn, user, Some(cursor)).map(Some)
}

fn respond(conn: &mut dyn Conn, user: UserId, cursor: Option<FeedCursor>) -> ApiResult<Response> {
    let page = load(conn, user, cursor, PAGE)?;
    answer::listing(page.changes.len() + page.heads.len(), page)
}

fn load(
    conn: &mut dyn Conn,
    user: UserId,
    cursor: Option<FeedCursor>,
    page: u64,
) -> ApiResult<ChangesPage> {
    let now = vaults::feed(conn, user)?.ok_or_else(ApiError::bare_account)?;
    if let Some(cursor) = cursor {
        check_history(conn, user, cursor, now)?;
    }
    let (after, began) = cursor.map_or((0, now), |cursor| (cursor.after, cursor.began));
    // Whoever began to read after a purge never saw what was purged.
    let purges_after = after.max(began);
    let until = end_of_page(conn, user, after, purges_after, now, page)?;
    let mut records = changes::nodes(conn, user, after, until)?;
    records.extend(changes::tombstones(conn, user, purges_after, until)?);
    records.sort_by_key(|placed| placed.feed);
    let heads = changes::heads(conn, user, after, until)?;
    Ok(ChangesPage {
        changes: records.into_iter().map(|placed| placed.record).collect(),
        heads,
        cursor: FeedCursor {
            after: until,
            began,
            mark: Mark::of(commits::at(conn, user, until)?),
        }
        .encode(),
        more: until < now,
    })
}

/// A server that was set back to an earlier state has not come to the cursor's place yet, or came
/// to it with another commit: what was in between would be missed by going on from there.
fn check_history(conn: &mut dyn Conn, user: UserId, cursor: FeedCursor, now: u64) -> ApiResult<()> {
    if cursor.after <= now && Mark::of(commits::at(conn, user, cursor.after)?) == cursor.mark {
        return Ok(());
    }
    Err(ApiError::bad_parameter(
        "cursor",
        "it is from another history of this account; start without",
    ))
}

/// The place up to which a page goes: before the commit that does not fit by records or by bytes,
/// unless it is the only one.
fn end_of_page(
    conn: &mut dyn Conn,
    user: UserId,
    after: u64,
    purges_after: u64,
    now: u64,
    page: u64,
) -> ApiResult<u64> {
    // One more than fits of each: whoever finds all of them ends the page there.
    let most_heads = PAGE_BYTES / ENTRY + 1;
    let mut places: Vec<(Weight, u64)> = Vec::new();
    let nodes = changes::weights(conn, user, after, now, page + 1)?;
    places.extend(nodes.into_iter().map(|weight| (weight, 1)));
    let purges = changes::tombstone_weights(conn, user, purges_after, now, page + 1)?;
    places.extend(purges.into_iter().map(|weight| (weight, 1)));
    // Heads belong to the changes that moved them: they are weighed, not counted.
    let heads = changes::head_weights(conn, user, after, now, most_heads)?;
    places.extend(heads.into_iter().map(|weight| (weight, 0)));
    places.sort_by_key(|(weight, _)| weight.feed);
    let Some((first, _)) = places.first() else {
        return Ok(now);
    };
    let first = first.feed;
    let (mut records, mut bytes) = (0, 0);
    for (weight, count) in places {
        records += count;
        bytes += weight.sealed + ENTRY;
        if records > page || bytes > PAGE_BYTES {
            return Ok(if weight.feed == first {
                first
            } else {
                weight.feed - 1
            });
        }
    }
    Ok(now)
}
