//! The parts of the upload protocol that simple clients do not need.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use harness::account::{Account, create_file, head, uuid};
use harness::client::{Answer, Client, OFFSET};
use reqwest::Method;
use serde_json::json;

use crate::start;

/// `hello world`, hashed.
const SHA1: &str = "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=";
const SHA256: &str = "sha256 uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=";

async fn append(client: &Client, id: &str, offset: u64, data: &[u8], checksum: &str) -> Answer {
    client
        .request(Method::PATCH, &format!("/uploads/{id}"))
        .header("tus-resumable", "1.0.0")
        .header("upload-offset", offset.to_string())
        .header("upload-checksum", checksum)
        .header("content-type", OFFSET)
        .body(data.to_vec())
        .send()
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_match_its_checksum_is_not_kept() {
    let (app, client) = start().await;
    let options = client.request(Method::OPTIONS, "/uploads").send().await;
    assert!(options.header("tus-extension").starts_with("checksum,"));
    assert_eq!(options.header("tus-checksum-algorithm"), "sha1,sha256");
    let ann = Account::vault(&client, "ann@example.org").await;
    let id = ann.client.create_upload(25, b"abc").await.upload_id();
    for checksum in [SHA1, SHA256] {
        let answer = append(&ann.client, &id, 3, b"hello worle", checksum).await;
        answer.error(460, "BAD_REQUEST");
        assert_eq!(answer.header("tus-resumable"), "1.0.0");
        assert_eq!(ann.client.upload_offset(&id).await, Some(3));
    }
    let zeros = |length: usize| STANDARD.encode(vec![0; length]);
    for bad in [
        "",
        "sha1",
        "sha1 !",
        "md5 XrY7u+Ae7tCTyyK7j1rNww==",
        &format!("sha256 {}", zeros(20)),
        &format!("sha1 {}", zeros(32)),
    ] {
        let details = append(&ann.client, &id, 3, b"hello world", bad)
            .await
            .error(400, "BAD_REQUEST");
        assert_eq!(details["parameter"], "Upload-Checksum");
    }
    append(&ann.client, &id, 3, b"hello world", SHA1)
        .await
        .expect(204);
    append(&ann.client, &id, 14, b"hello world", SHA256)
        .await
        .expect(204);
    let staged = std::fs::read(app.data_dir().join("staged").join(&id)).unwrap();
    assert_eq!(staged, b"abchello worldhello world");

    let create = |checksum: &str| {
        ann.client
            .request(Method::POST, "/uploads")
            .header("tus-resumable", "1.0.0")
            .header("upload-length", "11")
            .header("upload-checksum", checksum)
            .header("content-type", OFFSET)
            .body(b"hello world".to_vec())
    };
    let before = ann.storage().await;
    let wrong = format!("sha256 {}", zeros(32));
    create(&wrong).send().await.error(460, "BAD_REQUEST");
    assert_eq!(ann.storage().await, before, "nothing is held for it");
    let answer = create(SHA256).send().await;
    assert_eq!((answer.status, answer.header("upload-offset")), (201, "11"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_names_the_protocols_version() {
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let unknown = format!("/uploads/{}", uuid());
    for (what, answer) in [
        ("no token", client.create_upload(1, &[]).await),
        ("no upload", ann.client.append(&unknown[9..], 0, b"x").await),
        ("no version", ann.client.head(&unknown).await),
        ("no id", ann.client.append("7", 0, b"x").await),
        ("no such method", ann.client.put(&unknown, &json!({})).await),
        ("no quota", ann.client.create_upload(1 << 60, &[]).await),
    ] {
        assert!(answer.status >= 400, "{what}");
        assert_eq!(answer.header("tus-resumable"), "1.0.0", "{what}");
    }
    assert_eq!(client.get("/health").await.header("tus-resumable"), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_method_can_be_meant_by_a_header() {
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let id = ann.client.create_upload(3, &[]).await.upload_id();
    let meant = |method: &str, path: &str| {
        let request = ann.client.request(Method::POST, path);
        request
            .header("tus-resumable", "1.0.0")
            .header("x-http-method-override", method)
    };
    let path = format!("/uploads/{id}");
    let patch = meant("PATCH", &path)
        .header("upload-offset", "0")
        .header("content-type", OFFSET)
        .body("abc");
    assert_eq!(patch.send().await.header("upload-offset"), "3");
    let head = meant("HEAD", &path).send().await;
    assert_eq!((head.status, head.header("upload-length")), (200, "3"));
    meant("DELETE", &path).send().await.expect(204);
    assert_eq!(ann.client.upload_offset(&id).await, None);
    // Elsewhere the method is what it is.
    meant("GET", "/user/profile")
        .send()
        .await
        .error(405, "METHOD_NOT_ALLOWED");
}

/// Whoever loses such a race is told that something changed, never that the server failed.
#[tokio::test(flavor = "multi_thread")]
async fn a_commit_and_the_end_of_its_upload_exclude_each_other() {
    let (app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let mut seq = 1;
    for round in 0..40 {
        let upload = ann.client.upload(b"content").await;
        let file = uuid();
        let body = json!({
            "id": uuid(),
            "changes": [create_file(&file, &ann.root, &upload)],
            "heads": [head(&ann.root, seq)],
        });
        let path = format!("/uploads/{upload}");
        let delete = ann.client.request(Method::DELETE, &path);
        let delete = delete.header("tus-resumable", "1.0.0");
        let committing = ann.client.post("/commits", &body);
        let deleting = async {
            tokio::time::sleep(std::time::Duration::from_micros(200 * round)).await;
            delete.send().await
        };
        let (commit, delete) = tokio::join!(committing, deleting);
        match (commit.status, delete.status) {
            (200, 404) => {
                seq += 1;
                let content = ann.client.get(&format!("/files/{file}/content")).await;
                assert_eq!(content.body, b"content");
            }
            (409, 204) => {
                commit.error(409, "CONFLICT");
            }
            both => panic!("{both:?}: {commit:?}"),
        }
    }
    let kept = ann.storage().await.2;
    assert_eq!(crate::commits::blobs(&app) as u64, kept);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_lost_bytes_is_not_committed() {
    let (app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    for damage in ["cut", "gone"] {
        let upload = ann.client.upload(b"content").await;
        let staged = app.data_dir().join("staged").join(&upload);
        match damage {
            "cut" => std::fs::write(&staged, b"cont").unwrap(),
            _ => std::fs::remove_file(&staged).unwrap(),
        }
        let details = ann
            .commit(
                json!([create_file(&uuid(), &ann.root, &upload)]),
                &[&ann.root],
            )
            .await
            .error(409, "CONFLICT");
        assert_eq!(details["uploads"], json!([upload]));
    }
    assert_eq!(ann.storage().await.2, 0);
}

/// Nothing could be made of it.
/// As after a backup was restored, which has the rows of uploads under way and not their files.
#[tokio::test(flavor = "multi_thread")]
async fn an_upload_under_way_that_lost_bytes_begins_anew() {
    let (app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let (_, whole, _) = ann.storage().await;
    let staged = app.data_dir().join("staged");
    for cut in [None, Some(399)] {
        for asked in ["HEAD", "PATCH"] {
            let answer = ann.client.create_upload(1000, &[7; 400]).await;
            let id = answer.upload_id();
            assert_eq!(ann.client.upload_offset(&id).await, Some(400));
            let file = staged.join(&id);
            match cut {
                None => std::fs::remove_file(&file).unwrap(),
                Some(length) => {
                    let file = std::fs::File::options().write(true).open(&file).unwrap();
                    file.set_len(length).unwrap();
                }
            }
            if asked == "PATCH" {
                let answer = ann.client.append(&id, 400, &[7; 600]).await;
                answer.error(404, "NOT_FOUND");
            }
            assert_eq!(ann.client.upload_offset(&id).await, None);
            let answer = ann.client.append(&id, 400, &[7; 600]).await;
            answer.error(404, "NOT_FOUND");
            assert!(!file.exists());
        }
    }
    let (used, available, _) = ann.storage().await;
    assert_eq!((used, available), (0, whole), "nothing is reserved");
    // Neither when nothing had arrived, nor when there is no telling what is there.
    let empty = ann.client.create_upload(10, &[]).await.upload_id();
    assert_eq!(ann.client.upload_offset(&empty).await, Some(0));
    let kept = ann.client.create_upload(1000, &[7; 400]).await.upload_id();
    let away = app.data_dir().join("away");
    std::fs::rename(&staged, &away).unwrap();
    let answer = ann.client.append(&kept, 400, &[7; 600]).await;
    answer.error(503, "UNAVAILABLE");
    std::fs::rename(&away, &staged).unwrap();
    ann.client.append(&kept, 400, &[7; 600]).await.expect(204);
    ann.client.append(&empty, 0, &[7; 10]).await.expect(204);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_without_keys_reserves_nothing() {
    let (_app, client) = start().await;
    let ann = Account::bare(&client, "ann@example.org").await;
    for content in [&b""[..], b"all of it"] {
        let answer = ann.client.create_upload(9, content).await;
        answer.error(409, "KEYS_REQUIRED");
    }
    assert_eq!(ann.storage().await, (0, 5_368_709_120, 0));
}
