//! Lies in the change feed, alone and together with listings.

use harness::device::{ClientError, Device};
use harness::proxy::{Answer, Asked};
use protocol::NodeId;
use serde_json::{Value, json};
use vault::{VaultError, findings::FindingKind, tree::FolderView};

use crate::world::{Nested, World, child, children_of, findings, listing_of, names, requests};

/// A device that has followed the feed until now, and its cursor.
async fn follower(world: &World) -> (Device, String) {
    let mut device = world.fresh().await;
    let cursor = device.catch_up(None).await.unwrap();
    (device, cursor)
}

/// Changes the feed's answers.
fn in_feed(
    change: impl Fn(&mut Value) + Send + Clone + 'static,
) -> impl Fn(&Asked, &mut Answer) + Send + Clone + 'static {
    move |asked, answer| {
        if asked.path.ends_with("/changes") {
            answer.edit(&change);
        }
    }
}

fn views(device: &Device, nested: Nested) -> Vec<FolderView> {
    let folders = [nested.root, nested.outer, nested.inner, nested.side];
    let views = folders.map(|folder| device.vault.folder(folder).unwrap());
    views.to_vec()
}

/// The record of a changed node.
fn record(data: &mut Value, id: NodeId) -> &mut Value {
    let changes = data["changes"].as_array_mut().unwrap();
    let found = changes
        .iter_mut()
        .find(|change| change["id"] == id.to_string());
    found.unwrap()
}

fn keep_heads_but(data: &mut Value, folder: NodeId) {
    let heads = data["heads"].as_array_mut().unwrap();
    heads.retain(|head| head["node"] != folder.to_string());
}

type Lie = Box<dyn Fn(&mut Value) + Send>;

/// Rows 14 to 17: a feed that replays, injects, re-parents, leaves out, or shows half a move is
/// not believed. What it says is looked at, and the true state found; which lie it was makes no
/// other request.
#[tokio::test(flavor = "multi_thread")]
async fn rows_14_to_17_what_no_head_proves_is_looked_at() {
    let mut world = World::new().await;
    let nested = world.nested().await;
    let Nested {
        inner, side, x, y, ..
    } = nested;
    let mut followers = Vec::new();
    for _ in 0..8 {
        followers.push(follower(&world).await);
    }
    let before = views(&followers[0].0, nested);
    let injected = child(&mut listing_of(&mut world, inner).await, y).clone();
    let w = world.device.upload_to(inner, "w", b"www").await.unwrap();
    world.device.move_to(&[x], side).await.unwrap();
    let after = views(&world.device, nested);

    let id = NodeId::from_random([9; 16]);
    let lies: Vec<(&str, Lie)> = vec![
        ("no heads", Box::new(|data| data["heads"] = json!([]))),
        (
            "half a move",
            Box::new(move |data| keep_heads_but(data, inner)),
        ),
        (
            "the other half",
            Box::new(move |data| keep_heads_but(data, side)),
        ),
        (
            "left out",
            Box::new(move |data| {
                let changes = data["changes"].as_array_mut().unwrap();
                changes.retain(|change| change["id"] != w.to_string());
            }),
        ),
        (
            "re-parented",
            Box::new(move |data| {
                let record = record(data, w);
                record["parent_id"] = side.to_string().into();
                record["node"]["parent_id"] = side.to_string().into();
            }),
        ),
        (
            "altered",
            Box::new(move |data| {
                let other = record(data, x)["node"]["metadata"].clone();
                record(data, w)["node"]["metadata"] = other;
            }),
        ),
        (
            "injected",
            Box::new(move |data| {
                let mut node = injected.clone();
                node["id"] = id.to_string().into();
                let record = json!({"id": id, "parent_id": inner, "node": node});
                data["changes"].as_array_mut().unwrap().push(record);
            }),
        ),
        (
            "deleted",
            Box::new(move |data| {
                let record = json!({"id": y, "parent_id": inner, "node": null});
                data["changes"].as_array_mut().unwrap().push(record);
            }),
        ),
    ];
    for ((name, lie), (mut device, cursor)) in lies.into_iter().zip(followers) {
        world.proxy.take_log();
        world.proxy.lie(move |asked, answer| {
            if asked.path.ends_with("/changes") {
                answer.edit(&lie);
            }
        });
        device.catch_up(Some(cursor.clone())).await.unwrap();
        world.proxy.be_honest();
        for (method, path) in requests(&world.proxy.take_log()) {
            let looks = [inner, side]
                .iter()
                .any(|folder| path.contains(&folder.to_string()));
            assert!(
                method == "GET" && (looks || path.ends_with("/changes")),
                "{name}: {path}"
            );
        }
        // Whatever is shown is the true state, as it was or as it is.
        for ((view, before), after) in views(&device, nested).iter().zip(&before).zip(&after) {
            assert!(view == before || view == after, "{name}: {view:?}");
        }
        assert!(
            device.vault.entry(y).is_some(),
            "{name}: nothing is deleted"
        );
        assert_eq!(device.download(y).await.unwrap(), b"yyy", "{name}");
        device.catch_up(Some(cursor)).await.unwrap();
        assert_eq!(
            views(&device, nested),
            after,
            "{name}: the honest answer is believed again"
        );
        assert_eq!(
            device.vault.fingerprint(),
            world.device.vault.fingerprint(),
            "{name}"
        );
    }
}

/// An earlier page in the place of the next one changes nothing.
#[tokio::test(flavor = "multi_thread")]
async fn row_14_a_replayed_page_does_not_go_back() {
    let mut world = World::new().await;
    let nested = world.nested().await;
    let (mut device, cursor) = follower(&world).await;
    world.device.rename(nested.x, "renamed").await.unwrap();
    world.proxy.take_log();
    let next = device.catch_up(Some(cursor)).await.unwrap();
    let page = crate::world::last_data(&world.proxy.take_log(), "/changes");
    world
        .device
        .rename(nested.x, "renamed again")
        .await
        .unwrap();
    let late = device.catch_up(Some(next)).await.unwrap();
    let (pins, before) = (device.vault.pins().clone(), views(&device, nested));
    world.proxy.lie(in_feed(move |data| *data = page.clone()));
    device.catch_up(Some(late.clone())).await.unwrap();
    assert_eq!(
        (device.vault.pins(), views(&device, nested)),
        (&pins, before)
    );
    world.proxy.be_honest();
    world.device.rename(nested.y, "another").await.unwrap();
    device.catch_up(Some(late)).await.unwrap();
    assert_eq!(device.vault.fingerprint(), world.device.vault.fingerprint());
}

/// The listings lie as the feed does: then it is told what is wrong.
#[tokio::test(flavor = "multi_thread")]
async fn rows_14_to_17_a_liar_that_agrees_with_itself_is_found() {
    let mut world = World::new().await;
    let nested = world.nested().await;
    let Nested {
        inner, side, x, y, ..
    } = nested;
    let mut followers = Vec::new();
    for _ in 0..3 {
        followers.push(follower(&world).await);
    }
    let old = listing_of(&mut world, inner).await;
    let copy = child(&mut old.clone(), y).clone();
    let w = world.device.upload_to(inner, "w", b"www").await.unwrap();
    world.device.move_to(&[x], side).await.unwrap();
    let path = children_of(inner);

    // Half a move, and the listing of before to go with it.
    let (mut device, cursor) = followers.pop().unwrap();
    let pinned = device.vault.pinned_seq(inner);
    let (listing, old) = (path.clone(), old.clone());
    world.proxy.lie(move |asked, answer| {
        if asked.path.ends_with("/changes") {
            answer.edit(|data| keep_heads_but(data, inner));
        } else if asked.path.ends_with(&listing) {
            answer.edit(|data| *data = old.clone());
        }
    });
    let refused = device.catch_up(Some(cursor.clone())).await.unwrap_err();
    assert_eq!(
        refused,
        ClientError::from(VaultError::Finding(FindingKind::RolledBack))
    );
    assert_eq!(
        device.vault.pinned_seq(inner),
        pinned,
        "pins stay as they were"
    );
    assert!(
        device.vault.entry(x).is_some_and(|entry| entry.name == "x"),
        "it is not lost"
    );
    world.proxy.be_honest();
    device.catch_up(Some(cursor)).await.unwrap();
    assert_eq!(device.vault.fingerprint(), world.device.vault.fingerprint());

    // Left out of both; put into both.
    let id = NodeId::from_random([9; 16]);
    let lies: [(Lie, FindingKind, NodeId); 2] = [
        (
            Box::new(move |data| {
                for list in ["changes", "children"] {
                    if let Some(list) = data[list].as_array_mut() {
                        list.retain(|one| one["id"] != w.to_string());
                    }
                }
            }),
            FindingKind::Missing,
            w,
        ),
        (
            Box::new(move |data| {
                let mut node = copy.clone();
                node["id"] = id.to_string().into();
                if let Some(children) = data["children"].as_array_mut() {
                    children.push(node);
                } else {
                    let record = json!({"id": id, "parent_id": inner, "node": node});
                    data["changes"].as_array_mut().unwrap().push(record);
                }
            }),
            FindingKind::Injected,
            id,
        ),
    ];
    for (lie, kind, node) in lies {
        let (mut device, cursor) = followers.pop().unwrap();
        let listing = path.clone();
        world.proxy.lie(move |asked, answer| {
            if asked.path.ends_with("/changes") || asked.path.ends_with(&listing) {
                answer.edit(&lie);
            }
        });
        device.catch_up(Some(cursor.clone())).await.unwrap();
        let view = device.vault.folder(inner).unwrap();
        assert_eq!(findings(&view), [(node, kind)]);
        assert!(names(&view).contains(&"y") && view.entries.iter().all(|entry| entry.id != node));
        world.proxy.be_honest();
        device.open_in(inner).await.unwrap();
        device.catch_up(Some(cursor)).await.unwrap();
        assert_eq!(device.vault.fingerprint(), world.device.vault.fingerprint());
    }
}

/// A device whose own change was only said to be taken is not led back by the feed.
#[tokio::test(flavor = "multi_thread")]
async fn row_18_another_history_in_the_feed_is_a_fork() {
    let mut world = World::new().await;
    let Nested { inner, x, y, .. } = world.nested().await;
    let (mut other, cursor) = follower(&world).await;
    world.device.rename(x, "mine").await.unwrap();
    let request = other
        .vault
        .rename(y, "theirs", 1, &mut rand::rng())
        .unwrap();
    other.vault.committed(request.id).unwrap();
    let (pins, before) = (other.vault.pins().clone(), other.vault.folder(inner));
    let refused = other.catch_up(Some(cursor)).await.unwrap_err();
    assert_eq!(
        refused,
        ClientError::from(VaultError::Finding(FindingKind::Forked))
    );
    assert_eq!(other.vault.pins(), &pins, "pins stay as they were");
    assert_eq!(other.vault.folder(inner), before, "local data stay");
}
