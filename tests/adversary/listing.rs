//! Lies about what is in a folder.

use protocol::NodeId;
use serde_json::Value;
use vault::findings::FindingKind;

use crate::world::{World, about_children, child, findings, listing, names};

fn swap(data: &mut Value, a: NodeId, b: NodeId, field: &str) {
    let of_a = child(data, a)[field].clone();
    let of_b = std::mem::replace(&mut child(data, b)[field], of_a);
    child(data, a)[field] = of_b;
}

fn both(a: NodeId, b: NodeId, kind: FindingKind) -> Vec<(NodeId, FindingKind)> {
    let mut both = vec![(a, kind), (b, kind)];
    both.sort_by_key(|(node, _)| *node);
    both
}

/// Wrapped keys exchanged between siblings.
#[tokio::test(flavor = "multi_thread")]
async fn swapped_keys_do_not_belong_here() {
    let mut world = World::new().await;
    let [a, b, _] = world.files;
    for result in world
        .open_lied_to(about_children(move |data| swap(data, a, b, "wrapped_key")))
        .await
    {
        let view = result.unwrap();
        assert_eq!(findings(&view), both(a, b, FindingKind::DoesNotBelongHere));
        assert!(view.verified, "the rest works on");
        assert_eq!(names(&view), ["c"]);
    }
}

/// Names exchanged between siblings.
#[tokio::test(flavor = "multi_thread")]
async fn swapped_names_do_not_belong_here() {
    let mut world = World::new().await;
    let [a, b, _] = world.files;
    for result in world
        .open_lied_to(about_children(move |data| swap(data, a, b, "metadata")))
        .await
    {
        let view = result.unwrap();
        assert_eq!(findings(&view), both(a, b, FindingKind::DoesNotBelongHere));
        assert!(view.verified, "the rest works on");
        assert_eq!(names(&view), ["c"]);
    }
}

/// The same swap by a server that also relabels the revs.
#[tokio::test(flavor = "multi_thread")]
async fn a_changed_rev_does_not_belong_here() {
    let mut world = World::new().await;
    let [a, ..] = world.files;
    for result in world
        .open_lied_to(about_children(move |data| {
            child(data, a)["metadata"]["rev"] = 7.into()
        }))
        .await
    {
        let view = result.unwrap();
        assert_eq!(findings(&view), [(a, FindingKind::DoesNotBelongHere)]);
        assert_eq!(names(&view), ["b", "c"]);
    }
}

/// An old name of a file under its new state.
#[tokio::test(flavor = "multi_thread")]
async fn an_old_name_is_a_rollback() {
    let mut world = World::new().await;
    let [a, ..] = world.files;
    let old = child(&mut listing(&mut world).await, a)["metadata"].clone();
    world.device.rename(a, "new name").await.unwrap();
    for result in world
        .open_lied_to(about_children(move |data| {
            child(data, a)["metadata"] = old.clone()
        }))
        .await
    {
        let view = result.unwrap();
        assert_eq!(findings(&view), [(a, FindingKind::RolledBack)]);
        assert_eq!(names(&view), ["b", "c"]);
    }
}

/// One changed bit in a sealed name, in a wrapped key, in the head, in the folder's own parts.
#[tokio::test(flavor = "multi_thread")]
async fn altered_parts_are_noticed() {
    let mut world = World::new().await;
    let [a, ..] = world.files;
    let flip = |value: &mut Value| {
        let text = value.as_str().unwrap();
        // The last full group of four: within the tag, away from padding.
        let at = text.len() - 8;
        let other = if text.as_bytes()[at] == b'A' {
            "B"
        } else {
            "A"
        };
        *value = format!("{}{other}{}", &text[..at], &text[at + 1..]).into();
    };
    let in_file = move |data: &mut Value| flip(&mut child(data, a)["metadata"]["sealed"]);
    let in_key = move |data: &mut Value| flip(&mut child(data, a)["wrapped_key"]);
    for result in world.open_lied_to(about_children(in_file)).await {
        assert_eq!(findings(&result.unwrap()), [(a, FindingKind::Altered)]);
    }
    for result in world.open_lied_to(about_children(in_key)).await {
        assert_eq!(findings(&result.unwrap()), [(a, FindingKind::Altered)]);
    }
    for path in [
        ["head", "sealed"],
        ["acl", "sealed"],
        ["folder", "wrapped_key"],
    ] {
        let lie = about_children(move |data| flip(&mut data[path[0]][path[1]]));
        for result in world.open_lied_to(lie).await {
            assert_eq!(
                result.unwrap_err(),
                FindingKind::Altered.into_error(),
                "{path:?}"
            );
        }
    }
}

/// Makes a node out of an honest listing.
type Injection = Box<dyn Fn(&mut Value) -> Value>;

/// A plausible node: one purged long ago, a copy of another, mere noise.
#[tokio::test(flavor = "multi_thread")]
async fn injected_nodes_are_not_among_the_files() {
    let mut world = World::new().await;
    let purged = world.device.upload("purged", b"old").await.unwrap();
    let old = child(&mut listing(&mut world).await, purged).clone();
    world.device.purge(&[purged]).await.unwrap();

    let [a, ..] = world.files;
    let copy = NodeId::from_random([7; 16]);
    let injections: [(NodeId, Injection); 3] = [
        (purged, Box::new(move |_| old.clone())),
        (copy, Box::new(move |data| child(data, a).clone())),
        (
            copy,
            Box::new(move |data| {
                let mut noise = child(data, a).clone();
                noise["wrapped_key"] = protocol::Base64(vec![3; 104]).to_string().into();
                noise
            }),
        ),
    ];
    for (id, node) in injections {
        let mut injected = node(&mut listing(&mut world).await);
        injected["id"] = id.to_string().into();
        let lie = about_children(move |data| {
            data["children"]
                .as_array_mut()
                .unwrap()
                .push(injected.clone())
        });
        for result in world.open_lied_to(lie).await {
            let view = result.unwrap();
            assert_eq!(findings(&view), [(id, FindingKind::Injected)]);
            assert!(view.verified, "the rest works on");
            assert_eq!(names(&view), ["a", "b", "c"]);
        }
    }
}

/// A file left out is missing, never deleted; who knew its name still does.
#[tokio::test(flavor = "multi_thread")]
async fn omitted_files_are_missing() {
    let mut world = World::new().await;
    let [_, b, _] = world.files;
    let lie = about_children(move |data| {
        data["children"]
            .as_array_mut()
            .unwrap()
            .retain(|child| child["id"] != b.to_string());
    });
    for result in world.open_lied_to(lie).await {
        let view = result.unwrap();
        assert_eq!(findings(&view), [(b, FindingKind::Missing)]);
        assert_eq!(view.findings[0].name.as_deref(), Some("b"));
        assert!(view.verified, "the rest works on");
        assert_eq!(names(&view), ["a", "c"]);
    }
    // A device that never saw the listing has no name for it, but knows that it is there,
    // and what it writes now does not lose it.
    let mut fresh = world.fresh().await;
    world.proxy.lie(about_children(move |data| {
        data["children"]
            .as_array_mut()
            .unwrap()
            .retain(|child| child["id"] != b.to_string());
    }));
    let view = fresh.open().await.unwrap();
    assert_eq!(
        (findings(&view), view.findings[0].name.clone()),
        (vec![(b, FindingKind::Missing)], None)
    );
    fresh.upload("d", b"d").await.unwrap();
    world.proxy.be_honest();
    assert_eq!(names(&fresh.open().await.unwrap()), ["a", "b", "c", "d"]);
}

/// Everything left out, or too much to tell: the folder is shown as unverified, and nothing
/// can be written to it.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_told_is_not_written_to() {
    let mut world = World::new().await;
    let lie = about_children(|data| data["children"] = serde_json::json!([]));
    let [known, _] = world.open_lied_to(lie.clone()).await;
    assert_eq!(known.unwrap().findings.len(), 3, "who knew them names each");

    let mut fresh = world.fresh().await;
    world.proxy.lie(lie);
    let view = fresh.open().await.unwrap();
    assert!(!view.verified);
    assert_eq!(
        (view.findings[0].kind, view.findings[0].count),
        (FindingKind::Missing, 3)
    );
    let refused = fresh.upload("d", b"d").await.unwrap_err();
    assert_eq!(refused, vault::VaultError::FolderNotVerified.into());
    world.proxy.be_honest();
    fresh.open().await.unwrap();
    fresh.upload("d", b"d").await.unwrap();
}

trait IntoError {
    fn into_error(self) -> harness::device::ClientError;
}

impl IntoError for FindingKind {
    fn into_error(self) -> harness::device::ClientError {
        vault::VaultError::Finding(self).into()
    }
}
