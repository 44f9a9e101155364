use axum::response::Response;
use protocol::{ChangesPage, Failure, Success, UserId};

use crate::auth::Reader;
use crate::commit::cursor::FeedCursor;
use crate::db::Conn;
use crate::error::{ApiError, ApiResult};
use crate::http::answer;
use crate::http::input::Query;
use crate::repo::changes::{self, Weight};
use crate::repo::{ENTRY, PAGE_BYTES, vaults};

/// Records in a page, unless one commit alone has more.
const PAGE: u64 = 5000;

/// What changed since a cursor
///
/// Each node stands where it last changed, as it is now; each head likewise. Without a cursor it
/// is the whole tree. A page has up to 5,000 changes and 8 MiB of sealed records, and never splits
/// a commit, whatever that one has. When a folder was purged, what was below it
/// went with it and is not told one by one.
#[utoipa::path(get, path = "/changes", tag = "Tree", operation_id = "list_changes",
    params(("cursor" = Option<String>, Query, description = "From the page or commit before")),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "A page", body = Success<ChangesPage>),
        (status = "default", description = "An error, in the envelope", body = Failure)))]
pub(crate) async fn list(reader: Reader, query: ApiResult<Query>) -> ApiResult<Response> {
    reader
        .read(move |c, caller| {
            if caller.root.is_none() {
                return Err(ApiError::bare_account());
            }
            let cursor = query?
                .text("cursor")?
                .map(|text| {
                    FeedCursor::parse(text).ok_or_else(|| {
                        ApiError::bad_parameter("cursor", "it is not from this feed")
                    })
                })
                .transpose()?;
            let page = load(c, caller.user, cursor, PAGE)?;
            answer::listing(page.changes.len() + page.heads.len(), page)
        })
        .await
}

fn load(
    conn: &mut dyn Conn,
    user: UserId,
    cursor: Option<FeedCursor>,
    page: u64,
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
        }
        .encode(),
        more: until < now,
    })
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
