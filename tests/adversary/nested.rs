//! Lies about folders in folders, told by their listings.

use harness::device::ClientError;
use protocol::NodeId;
use serde_json::Value;
use vault::{VaultError, findings::FindingKind, tree::FolderView};

use crate::world::{
    Nested, World, about, child, children_of, findings, last_data, listing_of, names,
};

fn error(kind: FindingKind) -> ClientError {
    VaultError::Finding(kind).into()
}

fn push(data: &mut Value, node: &Value) {
    data["children"].as_array_mut().unwrap().push(node.clone());
}

fn drop_child(data: &mut Value, id: NodeId) {
    let children = data["children"].as_array_mut().unwrap();
    children.retain(|child| child["id"] != id.to_string());
}

/// What was found about a folder that works on otherwise.
fn found(result: Result<FolderView, ClientError>) -> (Vec<(NodeId, FindingKind)>, Vec<String>) {
    let view = result.unwrap();
    assert!(view.verified, "the rest works on");
    let shown = names(&view).into_iter().map(str::to_owned).collect();
    (findings(&view), shown)
}

#[tokio::test(flavor = "multi_thread")]
async fn row_14_an_earlier_nested_listing_is_a_rollback() {
    let mut world = World::new().await;
    let Nested {
        root,
        outer,
        inner,
        x,
        ..
    } = world.nested().await;
    let (old_inner, old_outer) = (
        listing_of(&mut world, inner).await,
        listing_of(&mut world, outer).await,
    );
    world.device.rename(x, "renamed").await.unwrap();
    world.device.rename(inner, "renamed").await.unwrap();
    world.device.push_pins().await.unwrap();
    for (path, old) in [
        (&[root, outer, inner][..], old_inner.clone()),
        (&[root, outer], old_outer.clone()),
    ] {
        let folder = *path.last().unwrap();
        let lie = about(folder, move |data| *data = old.clone());
        for result in world.look_lied_to(path, lie).await {
            assert_eq!(result.unwrap_err(), error(FindingKind::RolledBack));
        }
    }
    // The folder's own record alone: its parent's head has seen a later one.
    let record = old_inner["folder"].clone();
    let lie = about(inner, move |data| data["folder"] = record.clone());
    for result in world.look_lied_to(&[root, outer, inner], lie).await {
        assert_eq!(result.unwrap_err(), error(FindingKind::RolledBack));
    }
    // One child's record alone, in a folder that is otherwise today's.
    let record = child(&mut old_inner.clone(), x).clone();
    let lie = about(inner, move |data| *child(data, x) = record.clone());
    for result in world.look_lied_to(&[root, outer, inner], lie).await {
        let expected = vec![(x, FindingKind::RolledBack)];
        assert_eq!(found(result), (expected, vec!["y".to_owned()]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn row_15_a_folder_put_under_another_is_not_found_there() {
    let mut world = World::new().await;
    let Nested {
        root,
        outer,
        inner,
        side,
        z,
        ..
    } = world.nested().await;
    let mut folder = child(&mut listing_of(&mut world, outer).await, inner).clone();
    folder["parent_id"] = side.to_string().into();
    // It appears under a folder with another key.
    let lie = about(side, move |data| push(data, &folder));
    for result in world.look_lied_to(&[root, side], lie).await {
        let expected = vec![(inner, FindingKind::Injected)];
        assert_eq!(found(result), (expected, vec!["z".to_owned()]));
    }
    // And it disappears where it was.
    let lie = about(outer, move |data| drop_child(data, inner));
    for result in world.look_lied_to(&[root, outer], lie).await {
        assert_eq!(found(result), (vec![(inner, FindingKind::Missing)], vec![]));
    }
    // The server says that it is elsewhere, wherever it says so: nobody listens.
    let lie = about(inner, move |data| {
        data["folder"]["parent_id"] = side.to_string().into();
        for child in data["children"].as_array_mut().unwrap() {
            child["parent_id"] = side.to_string().into();
        }
    });
    for result in world.look_lied_to(&[root, outer, inner], lie).await {
        let expected = vec!["x".to_owned(), "y".to_owned()];
        assert_eq!(found(result), (vec![], expected));
    }
    let path = world.device.vault.path(inner).unwrap();
    let path: Vec<_> = path.iter().map(|step| &*step.name).collect();
    assert_eq!(path, ["", "outer", "inner"]);
    // A whole listing in the place of another folder's.
    let other = listing_of(&mut world, side).await;
    let lie = about(inner, move |data| {
        let id = data["folder"]["id"].clone();
        *data = other.clone();
        data["folder"]["id"] = id.clone();
        data["head"]["node"] = id;
    });
    for result in world.look_lied_to(&[root, outer, inner], lie).await {
        assert_eq!(result.unwrap_err(), error(FindingKind::DoesNotBelongHere));
    }
    assert_eq!(world.device.download(z).await.unwrap(), b"zzz");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_16_a_folder_injected_into_a_folder_is_not_among_the_files() {
    let mut world = World::new().await;
    let Nested {
        root,
        outer,
        inner,
        x,
        ..
    } = world.nested().await;
    let purged = world.device.create_folder(inner, "purged").await.unwrap();
    let below = world
        .device
        .upload_to(purged, "below", b"old")
        .await
        .unwrap();
    let old = child(&mut listing_of(&mut world, inner).await, purged).clone();
    let inside = listing_of(&mut world, purged).await;
    world.device.purge(&[purged]).await.unwrap();
    world.device.push_pins().await.unwrap();
    let mut copy = child(&mut listing_of(&mut world, inner).await, x).clone();
    copy["id"] = NodeId::from_random([7; 16]).to_string().into();
    for (node, id) in [(old, purged), (copy, NodeId::from_random([7; 16]))] {
        let lie = about(inner, move |data| push(data, &node));
        for result in world.look_lied_to(&[root, outer, inner], lie).await {
            let expected = vec!["x".to_owned(), "y".to_owned()];
            assert_eq!(found(result), (vec![(id, FindingKind::Injected)], expected));
        }
    }
    // Nothing leads into it, even if the server serves what was in it.
    let path = children_of(purged);
    world.proxy.lie(move |asked, answer| {
        if asked.path.ends_with(&path) {
            answer.status = axum::http::StatusCode::OK;
            let body = serde_json::json!({"success": true, "data": inside});
            answer.body = body.to_string().into_bytes();
        }
    });
    let refused = world.device.open_in(purged).await.unwrap_err();
    assert_eq!(refused, VaultError::NoSuchEntry.into());
    assert!(world.device.vault.entry(below).is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn row_17_a_folder_left_out_is_missing_with_all_that_is_in_it() {
    let mut world = World::new().await;
    let Nested {
        root,
        outer,
        inner,
        x,
        y,
        ..
    } = world.nested().await;
    let lie = about(inner, move |data| drop_child(data, y));
    for result in world.look_lied_to(&[root, outer, inner], lie).await {
        let expected = vec![(y, FindingKind::Missing)];
        assert_eq!(found(result), (expected, vec!["x".to_owned()]));
    }
    let lie = about(outer, move |data| drop_child(data, inner));
    world.proxy.lie(lie);
    let view = world.device.open_in(outer).await.unwrap();
    assert_eq!(findings(&view), [(inner, FindingKind::Missing)]);
    assert_eq!(view.findings[0].name.as_deref(), Some("inner"));
    assert!(
        world.device.vault.folder(inner).is_some(),
        "what was seen is kept"
    );
    world.proxy.be_honest();
    assert_eq!(
        names(&world.device.open_in(outer).await.unwrap()),
        ["inner"]
    );
    assert_eq!(world.device.download(x).await.unwrap(), b"xxx");
}

/// What moved is shown where it went; where it was is shown as it was before. One folder's head
/// vouches for the other's.
#[tokio::test(flavor = "multi_thread")]
async fn row_17_half_a_move_is_a_rollback() {
    let mut world = World::new().await;
    let Nested {
        root,
        outer,
        inner,
        side,
        x,
        ..
    } = world.nested().await;
    let mut fresh = world.fresh().await;
    for folder in [root, outer, inner, side] {
        fresh.open_in(folder).await.unwrap();
    }
    let old = listing_of(&mut world, inner).await;
    world.device.move_to(&[x], side).await.unwrap();
    // No pins of the move have reached the fresh device.
    fresh.open_in(side).await.unwrap();
    let pins = fresh.vault.pins().clone();
    world
        .proxy
        .lie(about(inner, move |data| *data = old.clone()));
    let refused = fresh.open_in(inner).await.unwrap_err();
    assert_eq!(refused, error(FindingKind::RolledBack));
    assert_eq!(fresh.vault.pins(), &pins, "pins stay as they were");
    world.proxy.be_honest();
    assert_eq!(names(&fresh.open_in(inner).await.unwrap()), ["y"]);
    assert_eq!(fresh.vault.entry(x).unwrap().folder, side);
}

/// Two devices are shown two histories of a nested folder, each true in itself: whoever compares
/// what the devices have seen finds it, and so do the devices by the account's sealed pins.
#[tokio::test(flavor = "multi_thread")]
async fn row_18_two_histories_are_found_by_comparing() {
    let mut world = World::new().await;
    let Nested {
        root,
        outer,
        inner,
        side,
        x,
        y,
        ..
    } = world.nested().await;
    let mut other = world.fresh().await;
    for folder in [root, outer, inner, side] {
        other.open_in(folder).await.unwrap();
    }
    assert_eq!(world.device.vault.fingerprint(), other.vault.fingerprint());
    world.device.rename(x, "mine").await.unwrap();
    // The server keeps that from the other device, and tells it that its own change was taken.
    let request = other
        .vault
        .rename(y, "theirs", 1, &mut rand::rng())
        .unwrap();
    other.vault.committed(request.id).unwrap();
    assert_ne!(world.device.vault.fingerprint(), other.vault.fingerprint());

    // The devices themselves find it as soon as one's pins reach the other.
    let forked = error(FindingKind::Forked);
    other.push_pins().await.unwrap();
    let before = world.device.vault.folder(inner).unwrap();
    world.device.take_pins().await.unwrap();
    assert_eq!(world.device.open_in(inner).await.unwrap_err(), forked);
    assert_eq!(other.open_in(inner).await.unwrap_err(), forked);
    assert_eq!(
        world.device.vault.folder(inner).unwrap(),
        before,
        "local data stay"
    );
    // A device that has seen neither believes neither.
    let mut fresh = world.fresh().await;
    for folder in [root, outer] {
        fresh.open_in(folder).await.unwrap();
    }
    assert_eq!(fresh.open_in(inner).await.unwrap_err(), forked);
    assert!(fresh.vault.entry(x).is_none() && fresh.vault.entry(y).is_none());
}

/// Heads of another folder, between or at the end.
#[tokio::test(flavor = "multi_thread")]
async fn row_18_heads_of_another_folder_do_not_lead_on() {
    let mut world = World::new().await;
    let Nested {
        root,
        outer,
        inner,
        side,
        x,
        ..
    } = world.nested().await;
    let mut behind = world.fresh().await;
    for folder in [root, outer, inner, side] {
        behind.open_in(folder).await.unwrap();
    }
    for name in ["one", "two", "three"] {
        world.device.rename(x, name).await.unwrap();
        world.device.upload_to(side, name, b"").await.unwrap();
    }
    let pins = behind.vault.pins().clone();
    let heads = {
        world.proxy.take_log();
        behind.open_in(side).await.unwrap();
        last_data(&world.proxy.take_log(), &format!("/folders/{side}/heads"))
    };
    let heads = heads["heads"].clone();
    world.proxy.lie(move |asked, answer| {
        if asked.path.ends_with(&format!("/folders/{inner}/heads")) {
            let heads = heads.clone();
            answer.edit(|data| {
                let own = data["heads"].as_array_mut().unwrap();
                for (own, foreign) in own.iter_mut().zip(heads.as_array().unwrap()) {
                    own["sealed"] = foreign["sealed"].clone();
                }
            });
        }
    });
    let refused = behind.open_in(inner).await.unwrap_err();
    assert_eq!(refused, error(FindingKind::DoesNotBelongHere));
    let pinned = behind.vault.pinned_seq(inner);
    world.proxy.be_honest();
    behind.open_in(inner).await.unwrap();
    assert!(
        pinned < behind.vault.pinned_seq(inner),
        "pins stayed as they were"
    );
    assert_ne!(behind.vault.pins(), &pins);
}
