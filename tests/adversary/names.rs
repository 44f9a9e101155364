//! Names and records that a careless or hostile writer has sealed, with all keys and signatures.

use harness::device::Device;
use vault::findings::FindingKind;

use crate::world::{Nested, World, findings, names};

/// What such a writer makes of a file's name.
async fn forge(device: &mut Device, node: protocol::NodeId, name: &str, version: u32) {
    let request = device
        .vault
        .rename_unchecked(node, name, version, 1, &mut rand::rng())
        .unwrap();
    device.commit(&request).await.unwrap();
}

/// Names that would lead out of their folder, or nowhere: shown by neither listing nor feed, and
/// nothing can be fetched by them. The other files stay, and so does the file's last good name on
/// who had seen it.
#[tokio::test(flavor = "multi_thread")]
async fn row_35_a_name_that_leaves_its_folder_is_not_shown() {
    let mut world = World::new().await;
    let Nested {
        root,
        outer,
        inner,
        side,
        x,
        ..
    } = world.nested().await;
    let mut following = world.fresh().await;
    let mut cursor = following.catch_up(None).await.unwrap();
    let mut looking = world.fresh().await;
    for folder in [root, outer, inner, side] {
        looking.open_in(folder).await.unwrap();
    }
    let long = "x".repeat(256);
    for name in ["..", ".", "", "../x", "a/b", "/etc/passwd", "a\0b", &long] {
        forge(&mut world.device, x, name, 1).await;
        cursor = following.catch_up(Some(cursor)).await.unwrap();
        looking.open_in(inner).await.unwrap();
        let mut fresh = world.fresh().await;
        for folder in [root, outer, inner] {
            fresh.open_in(folder).await.unwrap();
        }
        for device in [&following, &looking, &fresh] {
            let view = device.vault.folder(inner).unwrap();
            assert_eq!(findings(&view), [(x, FindingKind::Altered)], "{name:?}");
            assert_eq!(names(&view), ["y"], "{name:?}");
            assert!(device.vault.entry(x).is_none() && device.vault.path(x).is_none());
            assert!(device.download(x).await.is_err(), "{name:?}");
        }
    }
    // A good name is believed again.
    forge(&mut world.device, x, "good", 1).await;
    following.catch_up(Some(cursor)).await.unwrap();
    looking.open_in(inner).await.unwrap();
    for device in [&following, &looking] {
        let view = device.vault.folder(inner).unwrap();
        assert_eq!((findings(&view), names(&view)), (vec![], vec!["good", "y"]));
        assert_eq!(device.download(x).await.unwrap(), b"xxx");
    }
}

/// A record of a version that this release does not know, sealed and signed like all others.
#[tokio::test(flavor = "multi_thread")]
async fn row_30_an_unknown_version_of_a_record_is_unsupported() {
    let mut world = World::new().await;
    let Nested {
        root,
        outer,
        inner,
        x,
        ..
    } = world.nested().await;
    for version in [0, 2, u32::MAX] {
        forge(&mut world.device, x, "x", version).await;
        let mut fresh = world.fresh().await;
        for folder in [root, outer, inner] {
            fresh.open_in(folder).await.unwrap();
        }
        let view = fresh.vault.folder(inner).unwrap();
        assert_eq!(findings(&view), [(x, FindingKind::UnsupportedVersion)]);
        assert!(names(&view).contains(&"y") && fresh.vault.entry(x).is_none());
        // It can be left in quarantine: the rest is worked with.
        fresh
            .upload_to(inner, &format!("beside {version}"), b"")
            .await
            .unwrap();
        world.device.open_in(inner).await.unwrap();
    }
}
