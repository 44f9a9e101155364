//! The owner's ways out of what was found, with a server whose database really is another one.

use std::fs;
use std::path::Path;

use harness::device::ClientError;
use protocol::NodeId;
use rusqlite::{Connection, params};
use vault::{VaultError, findings::FindingKind, tree::Way};

use crate::world::{Nested, World, findings, names};

/// Stops the server, does something to its data, and starts it again.
pub(crate) async fn meddle<T>(world: &mut World, with: impl FnOnce(&Path) -> T) -> T {
    tokio::task::block_in_place(|| world.app.stop());
    let done = with(&world.app.data_dir());
    world.app.restart().await;
    done
}

pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (from, to) = (
            entry.as_ref().unwrap().path(),
            to.join(entry.unwrap().file_name()),
        );
        if from.is_dir() {
            copy(&from, &to);
        } else {
            fs::copy(from, to).unwrap();
        }
    }
}

fn database(data: &Path) -> Connection {
    Connection::open(data.join("strongroom.db")).unwrap()
}

/// An operator restores yesterday's backup. Every device finds that out; the owner accepts it on
/// one of them, and the other devices believe that.
#[tokio::test(flavor = "multi_thread")]
async fn row_14_a_restored_backup_is_accepted_once_for_all_devices() {
    let mut world = World::new().await;
    let Nested {
        root,
        outer,
        inner,
        x,
        ..
    } = world.nested().await;
    let mut other = world.fresh().await;
    other.catch_up(None).await.unwrap();
    let backup = tempfile::tempdir().unwrap();
    meddle(&mut world, |data| copy(data, backup.path())).await;
    world.device.rename(x, "later").await.unwrap();
    world.device.upload_to(inner, "new", b"new").await.unwrap();
    other.open_in(inner).await.unwrap();
    meddle(&mut world, |data| {
        fs::remove_dir_all(data).unwrap();
        copy(backup.path(), data);
    })
    .await;

    let rolled_back = ClientError::from(VaultError::Finding(FindingKind::RolledBack));
    for device in [&mut world.device, &mut other] {
        assert_eq!(device.open_in(inner).await.unwrap_err(), rolled_back);
        let kept = device.vault.folder(inner).unwrap();
        assert_eq!(names(&kept), ["later", "new", "y"], "local data stay");
    }
    assert_eq!(world.device.vault.ways(inner, None), [Way::Accept]);
    let view = world
        .device
        .resolve(inner, None, Way::Accept)
        .await
        .unwrap();
    assert_eq!((names(&view), findings(&view)), (vec!["x", "y"], vec![]));
    for device in [&mut world.device, &mut other] {
        let view = device.open_in(inner).await.unwrap();
        assert!(view.verified && view.findings.is_empty());
        assert_eq!(names(&view), ["x", "y"]);
        assert_eq!(device.download(x).await.unwrap(), b"xxx");
    }
    let mut fresh = world.fresh().await;
    for folder in [root, outer, inner] {
        fresh.open_in(folder).await.unwrap();
    }
    assert_eq!(fresh.vault.folder(inner), world.device.vault.folder(inner));
    // What was seen after it counts from then on: the accepted state is no rollback any more,
    // and the one before it would be.
    other.upload_to(inner, "next", b"").await.unwrap();
    world.device.open_in(inner).await.unwrap();
    meddle(&mut world, |data| {
        fs::remove_dir_all(data).unwrap();
        copy(backup.path(), data);
    })
    .await;
    assert_eq!(world.device.open_in(inner).await.unwrap_err(), rolled_back);
}

/// One record went back: the device that knows the later one puts it back.
#[tokio::test(flavor = "multi_thread")]
async fn row_8_what_this_device_knows_is_put_back() {
    let mut world = World::new().await;
    let Nested {
        root,
        outer,
        inner,
        x,
        ..
    } = world.nested().await;
    let read = |data: &Path| -> (i64, Vec<u8>) {
        let sql = "SELECT meta_rev, meta FROM nodes WHERE id = ?1";
        let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        database(data)
            .query_row(sql, params![x.as_bytes()], row)
            .unwrap()
    };
    let (rev, meta) = meddle(&mut world, read).await;
    world.device.rename(x, "later").await.unwrap();
    meddle(&mut world, |data| {
        let sql = "UPDATE nodes SET meta_rev = ?2, meta = ?3 WHERE id = ?1";
        database(data)
            .execute(sql, params![x.as_bytes(), rev, meta])
            .unwrap();
    })
    .await;
    let view = world.device.open_in(inner).await.unwrap();
    assert_eq!(findings(&view), [(x, FindingKind::RolledBack)]);
    assert_eq!(view.findings[0].name.as_deref(), Some("later"));
    assert_eq!(
        world.device.vault.ways(inner, Some(x)),
        [Way::Accept, Way::RestoreKept, Way::Remove]
    );
    let view = world
        .device
        .resolve(inner, Some(x), Way::RestoreKept)
        .await
        .unwrap();
    assert_eq!(
        (names(&view), findings(&view)),
        (vec!["later", "y"], vec![])
    );
    let mut fresh = world.fresh().await;
    for folder in [root, outer, inner] {
        fresh.open_in(folder).await.unwrap();
    }
    assert_eq!(names(&fresh.vault.folder(inner).unwrap()), ["later", "y"]);
    assert_eq!(fresh.download(x).await.unwrap(), b"xxx");
}

/// A node that nobody put there goes for good, and nothing else does; left alone, it stays in
/// quarantine and the folder is worked with.
#[tokio::test(flavor = "multi_thread")]
async fn row_16_an_injected_node_is_removed() {
    let mut world = World::new().await;
    let Nested { inner, x, .. } = world.nested().await;
    let injected = NodeId::from_random([5; 16]);
    meddle(&mut world, |data| {
        let database = database(data);
        let copy = "CREATE TEMP TABLE copied AS SELECT * FROM nodes WHERE id = ?1";
        database.execute(copy, params![x.as_bytes()]).unwrap();
        let rename = "UPDATE copied SET id = ?1";
        database
            .execute(rename, params![injected.as_bytes()])
            .unwrap();
        database
            .execute("INSERT INTO nodes SELECT * FROM copied", [])
            .unwrap();
    })
    .await;
    let view = world.device.open_in(inner).await.unwrap();
    assert_eq!(
        (findings(&view), names(&view)),
        (vec![(injected, FindingKind::Injected)], vec!["x", "y"])
    );
    assert_eq!(
        world.device.vault.ways(inner, Some(injected)),
        [Way::Remove]
    );
    world
        .device
        .upload_to(inner, "beside it", b"")
        .await
        .unwrap();
    let view = world.device.open_in(inner).await.unwrap();
    assert_eq!(
        findings(&view),
        [(injected, FindingKind::Injected)],
        "left alone, it stays"
    );
    let view = world
        .device
        .resolve(inner, Some(injected), Way::Remove)
        .await
        .unwrap();
    assert_eq!(
        (findings(&view), names(&view)),
        (vec![], vec!["beside it", "x", "y"])
    );
    let view = world.device.open_in(inner).await.unwrap();
    assert_eq!(
        (findings(&view), names(&view)),
        (vec![], vec!["beside it", "x", "y"])
    );
    assert_eq!(world.device.download(x).await.unwrap(), b"xxx");
}

/// What is missing is let go only when the owner says so.
#[tokio::test(flavor = "multi_thread")]
async fn row_17_what_is_missing_is_let_go_by_its_owner_alone() {
    let mut world = World::new().await;
    let Nested {
        root,
        outer,
        inner,
        x,
        ..
    } = world.nested().await;
    meddle(&mut world, |data| {
        let database = database(data);
        for sql in [
            "DELETE FROM versions WHERE node_id = ?1",
            "DELETE FROM nodes WHERE id = ?1",
        ] {
            database.execute(sql, params![x.as_bytes()]).unwrap();
        }
    })
    .await;
    let mut fresh = world.fresh().await;
    for folder in [root, outer, inner] {
        fresh.open_in(folder).await.unwrap();
    }
    // It stays missing whatever else is written.
    fresh.upload_to(inner, "beside it", b"").await.unwrap();
    let view = world.device.open_in(inner).await.unwrap();
    assert_eq!(
        (findings(&view), names(&view)),
        (vec![(x, FindingKind::Missing)], vec!["beside it", "y"])
    );
    assert_eq!(world.device.vault.ways(inner, Some(x)), [Way::Accept]);
    world
        .device
        .resolve(inner, Some(x), Way::Accept)
        .await
        .unwrap();
    for device in [&mut world.device, &mut fresh] {
        let view = device.open_in(inner).await.unwrap();
        assert_eq!(
            (findings(&view), names(&view)),
            (vec![], vec!["beside it", "y"])
        );
    }
}
