//! What fails is told, and what is repaired works again without a restart.

use std::fs;

use harness::TestApp;
use harness::account::{Account, create_file, uuid};
use harness::client::Client;
use serde_json::json;

use crate::{start, unlimited};

/// Asks until the server's opinion is this one.
async fn becomes(client: &Client, status: u16) -> harness::client::Answer {
    for _ in 0..500 {
        let answer = client.get("/health").await;
        if answer.status == status {
            return answer;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("the health never became {status}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blob_store_that_fails_is_told() {
    let (app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let file = ann.create_file(&ann.root, b"x").await;
    let healthy = client.get("/health").await.data();
    assert_eq!(healthy["status"], "healthy");
    for folder in ["staged", "blobs"] {
        let (here, away) = (app.data_dir().join(folder), app.data_dir().join("away"));
        fs::rename(&here, &away).unwrap();
        let details = becomes(&client, 503).await.error(503, "UNAVAILABLE");
        assert_eq!(details["status"], "unhealthy");
        assert_eq!(
            (&details["database"], &details["storage"]),
            (&json!("connected"), &json!("disconnected"))
        );
        if folder == "staged" {
            let answer = ann.client.create_upload(1, b"x").await;
            answer.error(503, "UNAVAILABLE");
        } else {
            let answer = ann.client.get(&format!("/files/{file}/content")).await;
            answer.error(503, "UNAVAILABLE");
        }
        fs::rename(&away, &here).unwrap();
        becomes(&client, 200).await;
    }
    ann.create_file(&ann.root, b"y").await;
    assert_eq!(ann.storage().await.0, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_gone_is_told_and_nothing_is_written_into_nowhere() {
    let (app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let database = app.data_dir().join("strongroom.db");
    let away = app.data_dir().join("away.db");
    fs::rename(&database, &away).unwrap();
    let details = becomes(&client, 503).await.error(503, "UNAVAILABLE");
    assert_eq!(
        (&details["database"], &details["storage"]),
        (&json!("disconnected"), &json!("connected"))
    );
    let answer = ann.client.create_upload(1, &[]).await;
    answer.error(503, "UNAVAILABLE");
    // Another one in its place is not the one that the server has open.
    fs::copy(&away, &database).unwrap();
    becomes(&client, 503).await;
    fs::rename(&away, &database).unwrap();
    becomes(&client, 200).await;
    ann.create_file(&ann.root, b"x").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_leave_room_for_the_database() {
    let app = TestApp::builder()
        .env("STRONGROOM_MIN_FREE_SPACE", "1000")
        .start()
        .await;
    let client = Client::new(app.url());
    let ann = Account::vault(&client, "ann@example.org").await;
    let kept = ann.create_file(&ann.root, b"kept").await;
    let open = ann.client.create_upload(10, b"abc").await.upload_id();
    // More than any disk has.
    let mut app = app.with_env("STRONGROOM_MIN_FREE_SPACE", (1_u64 << 60).to_string());
    app.restart().await;
    ann.client
        .create_upload(1, &[])
        .await
        .error(507, "STORAGE_FULL");
    ann.client
        .append(&open, 3, b"defghij")
        .await
        .error(507, "STORAGE_FULL");
    assert_eq!(ann.client.upload_offset(&open).await, Some(3));
    assert_eq!(ann.storage().await.0, 4, "nothing is held for it");
    client.get("/health").await.expect(200);
    // What frees room goes on.
    ann.commit(json!([{"type": "purge", "node": kept}]), &[&ann.root])
        .await
        .expect(200);
    let mut app = app.with_env("STRONGROOM_MIN_FREE_SPACE", "0");
    app.restart().await;
    ann.client.append(&open, 3, b"defghij").await.expect(204);
    let file = uuid();
    ann.commit(json!([create_file(&file, &ann.root, &open)]), &[&ann.root])
        .await
        .expect(200);
    // A quota beyond the disk does not help either.
    let app = unlimited()
        .env("STRONGROOM_QUOTA", (1_u64 << 60).to_string())
        .start()
        .await;
    let bob = Account::vault(&Client::new(app.url()), "bob@example.org").await;
    let answer = bob.client.create_upload(1 << 59, &[]).await;
    answer.error(507, "STORAGE_FULL");
}
