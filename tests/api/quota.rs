use std::process::Command;

use harness::TestApp;
use harness::account::{Account, create_file, create_folder, head, sealed, uuid, version};
use harness::client::{Answer, Client};
use serde_json::{Value, json};

use crate::unlimited;

#[tokio::test(flavor = "multi_thread")]
async fn uploads_reserve_what_they_declare() {
    let app = unlimited().env("STRONGROOM_QUOTA", "1000").start().await;
    let client = Client::new(app.url());
    let ann = Account::vault(&client, "ann@example.org").await;
    ann.create_file(&ann.root, &[1; 100]).await;
    let open = ann.client.create_upload(500, b"abc").await.upload_id();
    let details = ann
        .client
        .create_upload(401, &[])
        .await
        .error(402, "STORAGE_QUOTA_EXCEEDED");
    assert_eq!(
        details,
        json!({"used": 100, "limit": 1000, "available": 400, "needed": 401})
    );
    let details = ann.client.create_upload(i64::MAX as u64, &[]).await;
    details.error(402, "STORAGE_QUOTA_EXCEEDED");
    ann.client.create_upload(400, &[]).await.expect(201);
    ann.client
        .create_upload(1, &[])
        .await
        .error(402, "STORAGE_QUOTA_EXCEEDED");
    ann.client.create_upload(0, &[]).await.expect(201);
    let request = ann
        .client
        .request(reqwest::Method::DELETE, &format!("/uploads/{open}"));
    request
        .header("tus-resumable", "1.0.0")
        .send()
        .await
        .expect(204);
    ann.client.create_upload(500, &[]).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_uploads_at_once_never_go_over() {
    let app = unlimited().env("STRONGROOM_QUOTA", "1000").start().await;
    let client = Client::new(app.url());
    let ann = Account::vault(&client, "ann@example.org").await;
    let mut tasks = Vec::new();
    for _ in 0..100 {
        let client = ann.client.clone();
        tasks.push(tokio::spawn(async move {
            let answer = client.create_upload(70, &[1; 70]).await;
            (answer.status, answer.upload_id())
        }));
    }
    let mut uploads = Vec::new();
    for task in tasks {
        match task.await.unwrap() {
            (201, id) => uploads.push(id),
            (status, _) => assert_eq!(status, 402),
        }
    }
    assert_eq!(uploads.len(), 14);
    let changes: Vec<_> = uploads
        .iter()
        .map(|upload| create_file(&uuid(), &ann.root, upload))
        .collect();
    ann.commit(json!(changes), &[&ann.root]).await.expect(200);
    assert_eq!(ann.storage().await, (980, 20, 14));
}

/// Limits the size of files that the server may write, as a full disk would.
fn limit_file_size(app: &TestApp, bytes: &str) {
    let pid = app.pid().to_string();
    let limit = format!("--fsize={bytes}:unlimited");
    let status = Command::new("prlimit")
        .args(["--pid", &pid, &limit])
        .status()
        .unwrap();
    assert!(status.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_told_and_nothing_is_lost() {
    let app = unlimited().start().await;
    let client = Client::new(app.url());
    let ann = Account::vault(&client, "ann@example.org").await;
    let data: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 249) as u8).collect();
    let id = ann
        .client
        .create_upload(data.len() as u64, &data[..1000])
        .await
        .upload_id();
    limit_file_size(&app, "1000000");
    ann.client
        .append(&id, 1000, &data[1000..])
        .await
        .error(507, "STORAGE_FULL");
    let offset = ann.client.upload_offset(&id).await.unwrap();
    assert!((1000..=1_000_000).contains(&offset), "{offset}");
    client.get("/health").await.expect(200);
    limit_file_size(&app, "unlimited");
    let rest = &data[usize::try_from(offset).unwrap()..];
    ann.client.append(&id, offset, rest).await.expect(204);
    let file = uuid();
    ann.commit(json!([create_file(&file, &ann.root, &id)]), &[&ann.root])
        .await
        .expect(200);
    assert_eq!(
        ann.client.get(&format!("/files/{file}/content")).await.body,
        data
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_cannot_grow_is_told_too() {
    let app = unlimited().start().await;
    let client = Client::new(app.url());
    let ann = Account::vault(&client, "ann@example.org").await;
    limit_file_size(&app, "8192");
    let mut told = false;
    for _ in 0..200 {
        let answer = ann.client.create_upload(1, &[]).await;
        if answer.status == 507 {
            answer.error(507, "STORAGE_FULL");
            told = true;
            break;
        }
    }
    assert!(told);
    limit_file_size(&app, "unlimited");
    ann.create_file(&ann.root, b"and goes on without a restart")
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_that_are_open_are_limited() {
    let app = unlimited()
        .env("STRONGROOM_MAX_OPEN_UPLOADS", "3")
        .start()
        .await;
    let client = Client::new(app.url());
    let ann = Account::vault(&client, "ann@example.org").await;
    let mut open = Vec::new();
    for _ in 0..3 {
        open.push(ann.client.create_upload(0, &[]).await.upload_id());
    }
    let details = ann
        .client
        .create_upload(0, &[])
        .await
        .error(409, "CONFLICT");
    assert_eq!(details, json!({"reason": "open_uploads", "limit": 3}));
    let bob = Account::vault(&client, "bob@example.org").await;
    bob.client.create_upload(0, &[]).await.expect(201);
    let change = json!([create_file(&uuid(), &ann.root, &open[0])]);
    ann.commit(change, &[&ann.root]).await.expect(200);
    ann.client.create_upload(0, &[]).await.expect(201);
}

/// Heads, names and tombstones are no files, and fill a disk all the same.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_in_the_database_is_limited() {
    let app = unlimited()
        .env("STRONGROOM_RECORD_LIMIT", "60000")
        .start()
        .await;
    let client = Client::new(app.url());
    let ann = Account::vault(&client, "ann@example.org").await;
    let folder = ann.create_folder(&ann.root).await;
    let file = ann.create_file(&folder, b"x").await;
    let mut commits = 0;
    let details = loop {
        let kind = if commits % 2 == 0 { "trash" } else { "restore" };
        let mut next = head(&folder, ann.seq(&folder).await);
        next["sealed"] = json!(sealed(10_000));
        let change = json!([{"type": kind, "node": file}]);
        let answer = ann.commit_with(change, vec![next]).await;
        if answer.status != 200 {
            break answer.error(402, "STORAGE_QUOTA_EXCEEDED");
        }
        commits += 1;
        assert!(
            commits < 10,
            "ten heads of 10,000 bytes are more than 60,000"
        );
    };
    assert_eq!(commits, 5);
    assert_eq!(
        (&details["reason"], &details["limit"]),
        (&json!("records"), &json!(60_000))
    );
    // What was deleted for good makes room again.
    ann.commit(json!([{"type": "purge", "node": folder}]), &[&ann.root])
        .await
        .expect(200);
    ann.create_folder(&ann.root).await;
    let mut next = head(&ann.root, ann.seq("root").await);
    next["sealed"] = json!(sealed(16_000));
    let inner = uuid();
    let heads = vec![next, head(&inner, 0)];
    let change = json!([create_folder(&inner, &ann.root)]);
    ann.commit_with(change, heads).await.expect(200);
}

/// An account that is full: its root's heads fill the limit of 60,000 up to a few bytes. It has a
/// folder with a file of two versions, and an empty folder.
async fn full(client: &Client) -> (Account, [String; 3], String) {
    let ann = Account::vault(client, "ann@example.org").await;
    let folder = ann.create_folder(&ann.root).await;
    let empty = ann.create_folder(&ann.root).await;
    let file = ann.create_file(&folder, b"x").await;
    let first = ann.client.get(&format!("/files/{file}")).await.data();
    let first = first["versions"][0]["id"].as_str().unwrap().to_owned();
    let upload = ann.client.upload(b"y").await;
    let change = json!([{"type": "version", "node": file, "version": version(&upload)}]);
    ann.commit(change, &[&folder]).await.expect(200);
    let mut length = 16_000;
    while length > 100 {
        let mut next = head(&ann.root, ann.seq("root").await);
        next["sealed"] = json!(sealed(length));
        let change = json!([{"type": "restore", "node": empty}]);
        if ann.commit_with(change, vec![next]).await.status != 200 {
            length /= 2;
        }
    }
    (ann, [folder, file, empty], first)
}

fn with_metadata(change: Value, node: &str, rev: u64) -> Value {
    let metadata = json!({"rev": rev, "sealed": sealed(200)});
    json!([{"type": "metadata", "node": node, "metadata": metadata}, change])
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_limit_of_records_there_is_a_way_out() {
    let app = unlimited()
        .env("STRONGROOM_RECORD_LIMIT", "60000")
        .start()
        .await;
    let (ann, [folder, file, empty], first) = full(&Client::new(app.url())).await;
    let full = |answer: Answer| answer.error(402, "STORAGE_QUOTA_EXCEEDED");
    let starred = json!({"rev": 2, "sealed": sealed(200)});
    let star = json!([{"type": "metadata", "node": file, "metadata": starred}]);
    let trash = |node: &str| json!({"type": "trash", "node": node});
    full(ann.commit(star, &[&folder]).await);
    // Another node's name is not what clears up.
    let mut sneaky = with_metadata(trash(&file), &file, 2);
    let named =
        json!({"type": "metadata", "node": folder, "metadata": {"rev": 2, "sealed": sealed(200)}});
    sneaky.as_array_mut().unwrap().push(named);
    full(ann.commit(sneaky, &[&folder, &ann.root]).await);

    let drop = json!({"type": "drop-version", "node": file, "version": first});
    ann.commit(with_metadata(drop, &file, 2), &[&folder])
        .await
        .expect(200);
    ann.commit(with_metadata(trash(&file), &file, 3), &[&folder])
        .await
        .expect(200);
    full(
        ann.commit(json!([{"type": "restore", "node": file}]), &[&folder])
            .await,
    );
    ann.commit(
        with_metadata(trash(&folder), &folder, 2),
        &[&folder, &ann.root],
    )
    .await
    .expect(200);
    let purge = json!([{"type": "purge", "node": folder}, {"type": "purge", "node": empty}]);
    ann.commit(purge, &[&ann.root]).await.expect(200);
    ann.create_folder(&ann.root).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clearing_up_is_no_way_around_the_limit_of_records() {
    let app = unlimited()
        .env("STRONGROOM_RECORD_LIMIT", "60000")
        .start()
        .await;
    let (ann, [folder, _, empty], _) = full(&Client::new(app.url())).await;
    let large = |seq, length| {
        let mut next = head(&ann.root, seq);
        next["sealed"] = json!(sealed(length));
        next
    };
    let seq = ann.seq("root").await;
    let purge = json!([{"type": "purge", "node": empty}]);
    let refused = ann
        .commit_with(purge.clone(), vec![large(seq, 16_000)])
        .await;
    let details = refused.error(402, "STORAGE_QUOTA_EXCEEDED");
    assert_eq!(details["limit"], 60_000);
    // Neither one that leaves more than it takes, again and again.
    let trash = json!([{"type": "trash", "node": folder}]);
    let mut written = 0;
    while ann
        .commit_with(trash.clone(), vec![large(seq + written, 1000)])
        .await
        .status
        == 200
    {
        written += 1;
        assert!(written < 7, "six of 1000 bytes are a tenth of the limit");
    }
    assert!(written > 2);
    // What frees more than it leaves is possible all the same.
    let purge = json!([{"type": "purge", "node": folder}, {"type": "purge", "node": empty}]);
    ann.commit(purge, &[&ann.root]).await.expect(200);
}

/// Exactly what fits is let in, whatever happens at once: creating, committing, giving up.
#[tokio::test(flavor = "multi_thread")]
async fn the_counters_are_right_after_a_crowd() {
    let app = unlimited().env("STRONGROOM_QUOTA", "5000").start().await;
    let client = Client::new(app.url());
    let ann = Account::vault(&client, "ann@example.org").await;
    let mut tasks = Vec::new();
    for n in 0..100_u64 {
        let client = ann.client.clone();
        tasks.push(tokio::spawn(async move {
            let answer = client.create_upload(100, &[1; 100]).await;
            if answer.status != 201 {
                assert_eq!(answer.status, 402);
                return None;
            }
            if n % 3 > 0 {
                return Some(answer.upload_id());
            }
            let path = format!("/uploads/{}", answer.upload_id());
            let request = client.request(reqwest::Method::DELETE, &path);
            let deleted = request.header("tus-resumable", "1.0.0").send().await;
            deleted.expect(204);
            None
        }));
    }
    let mut kept = Vec::new();
    for task in tasks {
        kept.extend(task.await.unwrap());
        let (used, available, _) = ann.storage().await;
        assert!(used + available <= 5000);
    }
    assert!(kept.len() <= 50, "{}", kept.len());
    let changes: Vec<_> = kept
        .iter()
        .map(|upload| create_file(&uuid(), &ann.root, upload))
        .collect();
    ann.commit(json!(changes), &[&ann.root]).await.expect(200);
    let used = 100 * kept.len() as u64;
    let count = kept.len() as u64;
    assert_eq!(ann.storage().await, (used, 5000 - used, count));
    // And the rest of the quota can be had to the last byte.
    let rest = 5000 - used;
    ann.client
        .create_upload(rest + 1, &[])
        .await
        .error(402, "STORAGE_QUOTA_EXCEEDED");
    ann.client.create_upload(rest, &[]).await.expect(201);
}
