use std::process::Command;

use harness::TestApp;
use harness::account::{Account, create_file, uuid};
use harness::client::Client;
use serde_json::json;

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
