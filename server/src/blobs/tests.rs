use std::time::Duration;

use bytes::Bytes;
use protocol::{UploadId, UserId};
use uuid::Uuid;

use super::*;
use crate::blobs::sweep::{Swept, sweep};
use crate::clock::now_ms;
use crate::db::{Db, DbError};
use crate::repo::users::NewUser;
use crate::repo::{uploads, users};
use crate::uploads::Locks;

fn id(n: u128) -> UploadId {
    UploadId(Uuid::from_u128(n))
}

fn store() -> (tempfile::TempDir, BlobStore) {
    let dir = tempfile::tempdir().unwrap();
    let store = BlobStore::open(dir.path(), 0).unwrap();
    (dir, store)
}

async fn append(store: &BlobStore, id: UploadId, offset: u64, data: Vec<u8>) -> u64 {
    let mut appender = store.append(id, offset).await.unwrap();
    appender.push(Bytes::from(data)).await.unwrap();
    appender.sync().await.unwrap()
}

#[test]
fn what_is_uploaded_together_shares_a_folder_but_no_id() {
    let (_dir, store) = store();
    let folder = |at: i64, seed: u8| {
        let path = store.blob_path(new_id([seed; 16], at));
        path.parent().unwrap().to_owned()
    };
    let now = 1_762_626_600_000;
    assert_ne!(new_id([1; 16], now), new_id([2; 16], now));
    assert_eq!(folder(now, 1), folder(now + 59_999, 2));
    let all: std::collections::HashSet<_> = (0..256)
        .map(|minute| folder(now + minute * 60_000, 1))
        .collect();
    assert_eq!(all.len(), 256);
}

#[tokio::test]
async fn bytes_come_back_as_they_went_in() {
    let (_dir, store) = store();
    let data: Vec<u8> = (0..700_001_u32).map(|n| n as u8).collect();
    store.create_staged(id(1)).unwrap();
    assert_eq!(
        append(&store, id(1), 0, data[..300_000].to_vec()).await,
        300_000
    );
    assert_eq!(
        append(&store, id(1), 300_000, data[300_000..].to_vec()).await,
        700_001
    );
    for _ in 0..2 {
        assert_eq!(store.name_blobs(&[(id(1), 700_001)]).unwrap(), []);
    }
    assert!(!store.staged_path(id(1)).exists());
    // A client that is not sure sends nothing more, at the end.
    assert_eq!(append(&store, id(1), 700_001, Vec::new()).await, 700_001);
    store.create_staged(id(3)).unwrap();
    assert_eq!(store.name_blobs(&[(id(3), 0)]).unwrap(), []);
    assert_eq!(append(&store, id(3), 0, Vec::new()).await, 0);
    assert!(!store.staged_path(id(3)).exists());
    let broken = [(id(1), 700_000), (id(2), 0)];
    assert_eq!(store.name_blobs(&broken).unwrap(), [id(1), id(2)]);
    let mut read = Vec::new();
    io::Read::read_to_end(&mut store.open_blob(id(1)).unwrap(), &mut read).unwrap();
    assert_eq!(read, data);
}

#[tokio::test]
async fn what_was_not_acknowledged_is_cut_off() {
    let (_dir, store) = store();
    store.create_staged(id(1)).unwrap();
    append(&store, id(1), 0, vec![1; 1000]).await;
    assert_eq!(append(&store, id(1), 400, vec![2; 10]).await, 410);
    assert_eq!(
        fs::read(store.staged_path(id(1))).unwrap(),
        [vec![1; 400], vec![2; 10]].concat()
    );
    assert!(
        store.append(id(2), 5).await.is_err(),
        "a missing file is only made from its start"
    );
}

#[tokio::test]
async fn a_sweep_takes_what_nobody_names_and_gives_quota_back() {
    let (dir, store) = store();
    let db = Db::open(&dir.path().join("db")).unwrap();
    let locks = Locks::default();
    let owner = UserId(Uuid::from_u128(9));
    let now = now_ms();
    let hour = i64::try_from(Duration::from_secs(3600).as_millis()).unwrap();
    db.write::<_, DbError, _>(move |c| {
        let user = NewUser {
            id: owner,
            email: "a@b.c",
            username: None,
            first_name: None,
            last_name: None,
            password_hash: "h",
            salt: "s",
            kdf: None,
            created_at: now,
            quota: 100,
        };
        users::insert(c, &user)?;
        for (n, expires) in [(1, now - 1), (2, now + hour), (3, now - 1)] {
            users::reserve(c, owner, 10)?;
            uploads::insert(c, id(n), owner, 10, "", now, expires)?;
        }
        Ok(())
    })
    .await
    .unwrap();
    for n in 1..=5 {
        store.create_staged(id(n)).unwrap();
    }
    store.name_blobs(&[(id(2), 0), (id(5), 0)]).unwrap();
    // Somebody is writing to the third at this moment.
    let guard = locks.try_lock(id(3)).unwrap();
    let swept = sweep(&db, &store, &locks, true).await.unwrap();
    assert_eq!((swept.uploads, swept.files >= 2), (1, true), "{swept:?}");
    let left = |n| store.staged_path(id(n)).exists();
    assert_eq!(
        [left(1), left(2), left(3), left(4), left(5)],
        [false, false, true, false, false]
    );
    assert!(store.blob_path(id(2)).exists() && !store.blob_path(id(5)).exists());
    drop(guard);
    let swept = sweep(&db, &store, &locks, true).await.unwrap();
    assert_eq!(
        swept,
        Swept {
            uploads: 1,
            ..Swept::default()
        }
    );
    assert_eq!(
        sweep(&db, &store, &locks, true).await.unwrap(),
        Swept::default()
    );
    let usage = db
        .read::<_, DbError, _>(move |c| users::usage(c, owner))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((usage.reserved, usage.available()), (10, 90));
}

#[tokio::test]
async fn a_file_that_somebody_is_writing_needs_no_row() {
    let (dir, store) = store();
    let db = Db::open(&dir.path().join("db")).unwrap();
    let locks = Locks::default();
    let guard = locks.try_lock(id(1)).unwrap();
    append(&store, id(1), 0, vec![1; 10]).await;
    let swept = sweep(&db, &store, &locks, true).await.unwrap();
    assert_eq!((swept.files, store.staged_path(id(1)).exists()), (0, true));
    drop(guard);
    let swept = sweep(&db, &store, &locks, true).await.unwrap();
    assert_eq!((swept.files, store.staged_path(id(1)).exists()), (1, false));
}

#[tokio::test]
async fn blobs_that_were_purged_before_a_crash_go() {
    let (dir, store) = store();
    let db = Db::open(&dir.path().join("db")).unwrap();
    store.create_staged(id(1)).unwrap();
    store.name_blobs(&[(id(1), 0)]).unwrap();
    db.write::<_, DbError, _>(|c| {
        c.execute(
            "INSERT INTO doomed_blobs (id) VALUES (?1)",
            &[crate::db::blob(id(1).as_bytes())],
        )
        .map(drop)
    })
    .await
    .unwrap();
    // The quick sweep of every minute, which looks at no blob that nobody noted.
    let swept = sweep(&db, &store, &Locks::default(), false).await.unwrap();
    assert!(
        swept.files >= 1 && !store.blob_path(id(1)).exists(),
        "{swept:?}"
    );
    let again = sweep(&db, &store, &Locks::default(), false).await.unwrap();
    assert_eq!(again, Swept::default());
}

#[tokio::test]
async fn a_database_that_knows_none_of_the_blobs_removes_none() {
    let (dir, store) = store();
    let db = Db::open(&dir.path().join("db")).unwrap();
    for n in 1..=50 {
        store.create_staged(id(n)).unwrap();
        store.name_blobs(&[(id(n), 0)]).unwrap();
    }
    let swept = sweep(&db, &store, &Locks::default(), true).await.unwrap();
    assert_eq!(swept, Swept::default());
    assert!((1..=50).all(|n| store.blob_path(id(n)).exists()));
}
