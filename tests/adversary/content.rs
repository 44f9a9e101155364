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
