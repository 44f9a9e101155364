//! Answers that would never end, or grow without bound.

use harness::proxy::{Answer, Asked};
use protocol::{
    Base64, Change, ChangeRecord, ChangesPage, CommitRequest, Node, NodeId, NodeKind,
    SealedMetadata,
};
use serde_json::{Value, json};
use vault::{VaultError, findings::FindingKind};

use crate::world::{
    Nested, World, about, about_children, child, children_of, findings, listing_of, names,
};

fn noise(n: u64, parent: NodeId, length: usize) -> Node {
    let mut id = [0xee; 16];
    id[8..].copy_from_slice(&n.to_be_bytes());
    Node {
        id: NodeId::from_bytes(id),
        parent_id: Some(parent),
        kind: NodeKind::File,
        epoch: 1,
        wrapped_key: Base64(vec![1; 104]),
        metadata: SealedMetadata {
            rev: 1,
            sealed: Base64(vec![2; length]),
        },
        trashed_at: None,
        version_id: None,
        stored_size: 0,
        created_at: "2026-01-01T00:00:00Z".into(),
        updated_at: "2026-01-01T00:00:00Z".into(),
    }
}

/// A server that has taken two moves which together make a circle, though each was made by a
/// device that knew nothing of the other's.
#[tokio::test(flavor = "multi_thread")]
async fn row_36_a_circle_of_folders_is_told_and_walked_once() {
    let mut world = World::new().await;
    let Nested {
        root,
        outer,
        inner,
        side,
        ..
    } = world.nested().await;
    let deep = world.device.create_folder(side, "deep").await.unwrap();
    let mut other = world.fresh().await;
    for folder in [root, outer, inner, side, deep] {
        world.device.open_in(folder).await.unwrap();
        other.open_in(folder).await.unwrap();
    }
    let step = other
        .vault
        .move_to(&[deep], inner, 1, &mut rand::rng())
        .unwrap();
    let request = step.request.unwrap();
    let mut node = child(&mut listing_of(&mut world, side).await, deep).clone();
    world.device.move_to(&[inner], deep).await.unwrap();
    let Change::Move { wrapped_key, .. } = &request.changes[0] else {
        panic!("it is a move")
    };
    node["wrapped_key"] = json!(wrapped_key);
    node["parent_id"] = json!(inner);
    world
        .proxy
        .lie(both_happened(request, node, inner, side, deep));
    for folder in [inner, side] {
        world.device.open_in(folder).await.unwrap();
    }
    let view = world.device.vault.folder(root).unwrap();
    let mut expected = vec![
        (inner, FindingKind::DoesNotBelongHere),
        (deep, FindingKind::DoesNotBelongHere),
    ];
    expected.sort_by_key(|(node, _)| *node);
    assert_eq!(findings(&view), expected);
    assert!(world.device.vault.path(inner).is_none() && world.device.vault.path(deep).is_none());
    let live = world.device.vault.live_entries(|_| true);
    assert_eq!(
        live.len(),
        6,
        "a, b, c, outer, side and z hang below the root: {live:?}"
    );
    assert!(
        world.device.vault.below(inner).len() <= 4,
        "and a circle is walked once"
    );
}

/// Serves the heads of a commit that was never sent, and what it says.
fn both_happened(
    request: CommitRequest,
    node: Value,
    inner: NodeId,
    side: NodeId,
    deep: NodeId,
) -> impl Fn(&Asked, &mut Answer) + Send + Clone + 'static {
    move |asked, answer| {
        let folder = [inner, side]
            .into_iter()
            .find(|id| asked.path.ends_with(&children_of(*id)));
        let Some(folder) = folder else { return };
        let head = request
            .heads
            .iter()
            .find(|head| head.node == folder)
            .unwrap();
        answer.edit(|data| {
            data["head"] = json!({"node": folder, "seq": head.seq, "sealed": head.sealed});
            let children = data["children"].as_array_mut().unwrap();
            children.retain(|child| child["id"] != deep.to_string());
            if folder == inner {
                children.push(node.clone());
            }
        });
    }
}

/// As deep as may be, and no deeper; a device that comes to it walks to the end.
#[tokio::test(flavor = "multi_thread")]
async fn row_36_a_deep_tree_has_a_clear_limit() {
    let mut world = World::new().await;
    let root = world.device.vault.root();
    let step = |depth: usize| (0..depth).map(|n| format!("{n}")).collect::<Vec<_>>();
    let mut rng = rand::rng();
    let too_many: Vec<_> = (1..=129).map(step).collect();
    let refused = world
        .device
        .vault
        .create_folders(root, &too_many, 1, &mut rng);
    assert_eq!(refused.err(), Some(VaultError::TooDeep));
    let paths = &too_many[..128];
    let (ids, request) = world
        .device
        .vault
        .create_folders(root, paths, 1, &mut rng)
        .unwrap();
    world.device.commit(&request.unwrap()).await.unwrap();
    let deepest = *ids.last().unwrap();
    let refused = world
        .device
        .create_folder(deepest, "more")
        .await
        .unwrap_err();
    assert_eq!(refused, VaultError::TooDeep.into());
    let mut fresh = world.fresh().await;
    fresh.catch_up(None).await.unwrap();
    assert_eq!(fresh.vault.path(deepest).unwrap().len(), 129);
    let file = fresh
        .upload_to(deepest, "at the end", b"end")
        .await
        .unwrap();
    assert_eq!(fresh.download(file).await.unwrap(), b"end");
}

/// Children without number: none of them is shown, and what is right is still worked with by who
/// knows it.
#[tokio::test(flavor = "multi_thread")]
async fn row_36_children_without_number_are_not_believed() {
    let mut world = World::new().await;
    let root = world.device.vault.root();
    let nodes: Vec<Value> = (0..20_000).map(|n| json!(noise(n, root, 100))).collect();
    let lie = about_children(move |data| {
        data["children"]
            .as_array_mut()
            .unwrap()
            .extend(nodes.iter().cloned());
    });
    let [known, fresh] = world.open_lied_to(lie).await;
    for view in [known.unwrap(), fresh.unwrap()] {
        assert!(view.verified, "the rest works on");
        assert_eq!(view.findings.len(), 20_000);
        assert_eq!(names(&view), ["a", "b", "c"]);
    }
    // One child a thousand times is no listing at all.
    let lie = about(root, |data| {
        let first = data["children"][0].clone();
        data["children"] = json!(vec![first; 1000]);
    });
    for result in world.look_lied_to(&[root], lie).await {
        assert_eq!(result.unwrap_err(), VaultError::BadAnswer.into());
    }
}

/// A feed that goes on and on, and never brings a head.
#[tokio::test(flavor = "multi_thread")]
async fn row_36_a_feed_without_heads_ends() {
    let mut world = World::new().await;
    let Nested { inner, x, .. } = world.nested().await;
    let mut following = world.fresh().await;
    let cursor = following.catch_up(None).await.unwrap();
    let pins = following.vault.pins().clone();
    let mut ended = None;
    for page in 0..12_u64 {
        let node = |n| {
            let node = noise(page * 2000 + n, inner, 60_000);
            ChangeRecord {
                id: node.id,
                parent_id: node.parent_id,
                node: Some(node),
            }
        };
        let changes = (0..2000).map(node).collect();
        let page = ChangesPage {
            changes,
            heads: Vec::new(),
            cursor: cursor.clone(),
            more: true,
        };
        if let Err(error) = following.vault.apply_changes(&page) {
            ended = Some(error);
            break;
        }
    }
    assert_eq!(ended, Some(VaultError::BadAnswer));
    assert_eq!(following.vault.pins(), &pins, "pins stay as they were");
    world.device.rename(x, "renamed").await.unwrap();
    following.catch_up(Some(cursor)).await.unwrap();
    assert_eq!(
        following.vault.fingerprint(),
        world.device.vault.fingerprint()
    );
}
