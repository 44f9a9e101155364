//! Lies about what is in a file.

use std::sync::Arc;

use axum::http::header;
use harness::proxy::{Answer, Asked};
use protocol::NodeId;
use vault::{VaultError, findings::FindingKind};

use crate::world::World;

const CHUNK: usize = 16 * 1024 + 16;
const SEGMENT: usize = 32 * CHUNK;
const HEADER: usize = 56;
/// Large enough for two parts, small enough for a quick test.
const SIZE: usize = 9 << 20;

struct Files {
    world: World,
    one: (NodeId, Vec<u8>),
    other: NodeId,
}

async fn files() -> Files {
    let mut world = World::new().await;
    let content: Vec<u8> = (0..SIZE).map(|at| (at * 7 / 5 % 256) as u8).collect();
    let one = world.device.upload("one", &content).await.unwrap();
    let other = world.device.upload("other", &vec![1; SIZE]).await.unwrap();
    Files {
        world,
        one: (one, content),
        other,
    }
}

/// What is stored of a file, as the proxy sees it.
async fn stored(files: &Files, node: NodeId) -> Vec<u8> {
    files.world.proxy.take_log();
    files.world.device.download(node).await.unwrap();
    let mut stored = Vec::new();
    for exchange in files.world.proxy.take_log() {
        if let Some((start, _, total)) = range(&exchange.answer) {
            stored.resize(total, 0);
            stored[start..start + exchange.answer.body.len()]
                .copy_from_slice(&exchange.answer.body);
        }
    }
    stored
}

/// Start, end (exclusive) and total of a partial answer.
fn range(answer: &Answer) -> Option<(usize, usize, usize)> {
    let text = answer
        .headers
        .get(header::CONTENT_RANGE)?
        .to_str()
        .ok()?
        .strip_prefix("bytes ")?;
    let (range, total) = text.split_once('/')?;
    let (start, end) = range.split_once('-')?;
    Some((
        start.parse().ok()?,
        end.parse::<usize>().ok()? + 1,
        total.parse().ok()?,
    ))
}

/// A server that has these bytes instead, and announces their length.
fn has(bytes: Vec<u8>) -> impl Fn(&Asked, &mut Answer) + Send + 'static {
    let bytes = Arc::new(bytes);
    move |asked, answer| {
        let Some((start, end, _)) = range(answer) else {
            return;
        };
        assert!(asked.path.ends_with("/content"));
        let end = end.min(bytes.len());
        answer.body = bytes.get(start.min(end)..end).unwrap_or_default().to_vec();
        let announced = format!("bytes {start}-{}/{}", end.saturating_sub(1), bytes.len());
        answer
            .headers
            .insert(header::CONTENT_RANGE, announced.parse().unwrap());
    }
}

async fn caught(files: &mut Files, bytes: Vec<u8>) -> FindingKind {
    let (node, content) = files.one.clone();
    match files
        .world
        .download_lied_to(node, &content, has(bytes))
        .await
    {
        VaultError::Finding(kind) => kind,
        other => panic!("{other:?}"),
    }
}

/// Chunks and segments of another file at the same place.
#[tokio::test(flavor = "multi_thread")]
async fn spliced_content_is_refused() {
    let mut files = files().await;
    let (one, other) = (
        stored(&files, files.one.0).await,
        stored(&files, files.other).await,
    );
    for (start, length) in [
        (HEADER, CHUNK),
        (HEADER + SEGMENT, SEGMENT),
        (HEADER + 530 * CHUNK, 3 * CHUNK),
    ] {
        let mut spliced = one.clone();
        spliced[start..start + length].copy_from_slice(&other[start..start + length]);
        assert_eq!(
            caught(&mut files, spliced).await,
            FindingKind::Altered,
            "{start}"
        );
    }
    // The whole of it, header and segment list included.
    assert_eq!(
        caught(&mut files, other).await,
        FindingKind::DoesNotBelongHere
    );
}

/// Chunks and segments in another order, or twice.
#[tokio::test(flavor = "multi_thread")]
async fn reordered_content_is_refused() {
    let mut files = files().await;
    let one = stored(&files, files.one.0).await;
    for length in [CHUNK, SEGMENT] {
        let (a, b) = (HEADER + SEGMENT, HEADER + SEGMENT + length);
        let mut swapped = one.clone();
        swapped[a..b].copy_from_slice(&one[b..b + length]);
        swapped[b..b + length].copy_from_slice(&one[a..b]);
        assert_eq!(caught(&mut files, swapped).await, FindingKind::Altered);
        let mut doubled = one.clone();
        doubled[b..b + length].copy_from_slice(&one[a..b]);
        assert_eq!(caught(&mut files, doubled).await, FindingKind::Altered);
    }
}

/// Cut at every kind of boundary, one byte before and after it; with data after the end.
#[tokio::test(flavor = "multi_thread")]
async fn cut_and_extended_content_is_refused() {
    let mut files = files().await;
    let one = stored(&files, files.one.0).await;
    for boundary in [
        1,
        HEADER,
        HEADER + CHUNK,
        HEADER + SEGMENT,
        HEADER + 16 * SEGMENT,
        one.len() - CHUNK,
        one.len(),
    ] {
        for end in [boundary - 1, boundary, boundary + 1] {
            if end < one.len() {
                assert_eq!(
                    caught(&mut files, one[..end].to_vec()).await,
                    FindingKind::Truncated,
                    "{end}"
                );
            }
        }
    }
    for more in [1, CHUNK, SEGMENT] {
        let longer = [&one[..], &vec![0; more]].concat();
        assert_eq!(
            caught(&mut files, longer).await,
            FindingKind::TrailingData,
            "{more}"
        );
    }
}

/// A server that announces the right length and sends less.
#[tokio::test(flavor = "multi_thread")]
async fn short_answers_are_refused() {
    let mut files = files().await;
    let (node, content) = files.one.clone();
    let lie = |_: &Asked, answer: &mut Answer| {
        if range(answer).is_some() {
            answer.body.truncate(answer.body.len() - 1);
        }
    };
    let error = files.world.download_lied_to(node, &content, lie).await;
    assert_eq!(error, VaultError::Finding(FindingKind::Truncated));
}

/// A range of another place than was asked for, under the name of the right one; more than was
/// asked for; a length that is not the file's.
#[tokio::test(flavor = "multi_thread")]
async fn row_13_a_range_that_lies_is_refused() {
    let mut files = files().await;
    let one = stored(&files, files.one.0).await;
    let (node, content) = files.one.clone();
    for offset in [CHUNK, SEGMENT, 1] {
        let bytes = one.clone();
        let lie = move |_: &Asked, answer: &mut Answer| {
            if let Some((start, end, total)) = range(answer)
                && start > 0
                && end < total
            {
                answer.body = bytes[start - offset..end - offset].to_vec();
            }
        };
        let error = files.world.download_lied_to(node, &content, lie).await;
        assert_eq!(error, VaultError::Finding(FindingKind::Altered), "{offset}");
    }
    let more = |_: &Asked, answer: &mut Answer| {
        if range(answer).is_some() {
            answer.body.push(0);
        }
    };
    let error = files.world.download_lied_to(node, &content, more).await;
    assert_eq!(error, VaultError::Finding(FindingKind::TrailingData));
    for (total, expected) in [
        (one.len() + 1, FindingKind::TrailingData),
        (usize::MAX >> 1, FindingKind::TrailingData),
        (one.len() - 1, FindingKind::Truncated),
        (0, FindingKind::Truncated),
    ] {
        let lie = move |_: &Asked, answer: &mut Answer| {
            if let Some((start, end, _)) = range(answer) {
                let announced = format!("bytes {start}-{}/{total}", end - 1);
                let announced = announced.parse().unwrap();
                answer.headers.insert(header::CONTENT_RANGE, announced);
            }
        };
        let error = files.world.download_lied_to(node, &content, lie).await;
        assert_eq!(error, VaultError::Finding(expected), "{total}");
    }
}

/// A message put together of two, whose ciphertext another key would open: the commitment in its
/// header is compared first, and it is the wrong one.
#[tokio::test(flavor = "multi_thread")]
async fn row_29_the_commitment_comes_before_the_ciphertext() {
    let mut files = files().await;
    let (one, other) = (
        stored(&files, files.one.0).await,
        stored(&files, files.other).await,
    );
    // Salt 24, commitment 32: each from another message, then the ciphertext.
    for (salt, commitment, rest, expected) in [
        (&other, &other, &one, FindingKind::DoesNotBelongHere),
        (&one, &other, &one, FindingKind::DoesNotBelongHere),
        (&other, &one, &one, FindingKind::DoesNotBelongHere),
        (&one, &other, &other, FindingKind::DoesNotBelongHere),
        (&one, &one, &other, FindingKind::Altered),
    ] {
        // The segment list is the file's own: nothing else can be what is wrong.
        let mut message = [&salt[..24], &commitment[24..HEADER], &rest[HEADER..]].concat();
        let list = message.len() - (HEADER + 19 * 32 + 16);
        message[list..].copy_from_slice(&one[list..]);
        assert_eq!(caught(&mut files, message).await, expected);
    }
}

/// One bit, in the last chunk, in the first, in the header, in the segment list.
#[tokio::test(flavor = "multi_thread")]
async fn flipped_bits_are_refused() {
    let mut files = files().await;
    let one = stored(&files, files.one.0).await;
    let list = HEADER + 19 * 32 + 16;
    for (at, expected) in [
        (one.len() - list - 1, FindingKind::Altered),
        (HEADER, FindingKind::Altered),
        (3, FindingKind::DoesNotBelongHere),
        (40, FindingKind::DoesNotBelongHere),
        (one.len() - 1, FindingKind::Altered),
        (one.len() / 2, FindingKind::Altered),
    ] {
        let mut flipped = one.clone();
        flipped[at] ^= 4;
        assert_eq!(
            caught(&mut files, flipped).await,
            expected,
            "{at} of {}",
            one.len()
        );
    }
}

/// The records that describe the content: another file's, or altered.
#[tokio::test(flavor = "multi_thread")]
async fn exchanged_records_are_refused() {
    let mut world = World::new().await;
    let [a, b, _] = world.files;
    world.proxy.take_log();
    world.device.download(b).await.unwrap();
    let log = world.proxy.take_log();
    let details = log
        .iter()
        .find(|exchange| exchange.asked.path.ends_with(&b.to_string()))
        .unwrap();
    let other: serde_json::Value = serde_json::from_slice(&details.answer.body).unwrap();
    let other = other["data"]["versions"][0].clone();
    let content = "a".repeat(1000);
    for field in ["record", "wrapped_key"] {
        let other = other.clone();
        let lie = move |asked: &Asked, answer: &mut Answer| {
            if asked.path.ends_with(&a.to_string()) {
                answer.edit(|data| data["versions"][0][field] = other[field].clone());
            }
        };
        let error = world.download_lied_to(a, content.as_bytes(), lie).await;
        assert_eq!(
            error,
            VaultError::Finding(FindingKind::DoesNotBelongHere),
            "{field}"
        );
    }
    let lie = move |asked: &Asked, answer: &mut Answer| {
        if asked.path.ends_with(&a.to_string()) {
            answer.edit(|data| data["versions"] = serde_json::json!([]));
        }
    };
    let error = world.download_lied_to(a, content.as_bytes(), lie).await;
    assert_eq!(error, VaultError::Finding(FindingKind::Missing));
}
