use axum::Json;
use axum::extract::State;
use protocol::{ChangesPage, Failure, Success, UserId};

use crate::auth::VaultCaller;
use crate::commit::cursor::FeedCursor;
use crate::db::Conn;
use crate::error::{ApiError, ApiResult};
use crate::http::answer;
use crate::http::input::Query;
use crate::repo::changes::{self, Placed};
use crate::repo::vaults;
use crate::state::AppState;

/// Records in a page, unless one commit alone has more.
const PAGE: usize = 5000;

/// What changed since a cursor
///
/// Each node stands where it last changed, as it is now; each head likewise. Without a cursor it
/// is the whole tree. A page never splits a commit. When a folder was purged, what was below it
/// went with it and is not told one by one.
#[utoipa::path(get, path = "/changes", tag = "Tree", operation_id = "list_changes",
    params(("cursor" = Option<String>, Query, description = "From the page or commit before")),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "A page", body = Success<ChangesPage>),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn list(
    State(state): State<AppState>,
    caller: VaultCaller,
    query: Query,
) -> ApiResult<Json<Success<ChangesPage>>> {
    let cursor = query
        .text("cursor")?
        .map(|text| {
            FeedCursor::parse(text)
                .ok_or_else(|| ApiError::bad_parameter("cursor", "it is not from this feed"))
        })
        .transpose()?;
    let user = caller.caller.user;
    let page = state.db.read(move |c| load(c, user, cursor, PAGE)).await?;
    Ok(answer::ok(page))
}

fn load(
    conn: &mut dyn Conn,
    user: UserId,
    cursor: Option<FeedCursor>,
    page: usize,
) -> ApiResult<ChangesPage> {
    let now = vaults::feed(conn, user)?.ok_or_else(ApiError::bare_account)?;
    let FeedCursor { after, began } = cursor.unwrap_or(FeedCursor {
        after: 0,
        began: now,
    });
    if after > now {
        // The server was set back to an earlier state: this cursor has seen more than there is.
        return Err(ApiError::bad_parameter(
            "cursor",
            "it is ahead of the feed; start without",
        ));
    }
    let mut records = read(conn, user, after, began, now, page + 1)?;
    let mut until = now;
    if records.len() > page {
        // Cut before the commit that does not fit; if it is the only one, it comes as a whole.
        let split = records[page].feed;
        if records[0].feed == split {
            until = split;
            records = read(conn, user, after, began, until, usize::MAX)?;
        } else {
            until = split - 1;
            records.retain(|placed| placed.feed <= until);
        }
    }
    let heads = changes::heads(conn, user, after, until)?;
    Ok(ChangesPage {
        changes: records.into_iter().map(|placed| placed.record).collect(),
        heads,
        cursor: FeedCursor {
            after: until,
            began,
        }
        .encode(),
        more: until < now,
    })
}

/// The first `limit` records of the feed's part after `after`, in its order.
fn read(
    conn: &mut dyn Conn,
    user: UserId,
    after: u64,
    began: u64,
    until: u64,
    limit: usize,
) -> ApiResult<Vec<Placed>> {
    let most = limit as u64;
    let mut records = changes::nodes(conn, user, after, until, most)?;
    // Whoever began to read after a purge never saw what was purged.
    let unseen = if after < began { began } else { after };
    records.extend(changes::tombstones(conn, user, unseen, until, most)?);
    records.sort_by_key(|placed| placed.feed);
    records.truncate(limit);
    Ok(records)
}
