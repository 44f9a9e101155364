//! Uploads in one request, by accounts without keys.

use std::time::Duration;

use harness::TestApp;
use harness::account::{Account, uuid};
use harness::client::Client;
use harness::form::{BOUNDARY, Form, metadata, send, upload};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{start, unlimited};

const MIB: usize = 1024 * 1024;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_uploaded_comes_back() {
    let (_app, client) = start().await;
    let ann = Account::bare(&client, "ann@example.org").await;
    let data: Vec<u8> = (0..700_001_u32).map(|n| (n % 251) as u8).collect();
    let answer = Form::of("a sealed name/=+", &data).send(&ann.client).await;
    answer.expect(201);
    assert_eq!(answer.json()["message"], "File uploaded successfully");
    let stored = answer.data();
    let id = stored["file_id"].as_str().unwrap();
    assert_eq!(stored["file_size"], data.len());
    assert_eq!(stored["storage_path"], format!("{}/{id}.enc", ann.user_id));
    assert!(stored["uploaded_at"].as_str().unwrap().ends_with('Z'));

    let details = ann.client.get(&format!("/files/{id}")).await.data();
    assert_eq!(details["id"], id);
    assert_eq!(details["encrypted_filename"], "a sealed name/=+");
    assert_eq!(details["encrypted_metadata"], metadata("a sealed name/=+"));
    assert_eq!(details["file_size"], data.len());
    assert_eq!(details["uploaded_at"], stored["uploaded_at"]);
    assert_eq!(details["encryption_algorithm"], "AES-256-GCM");
    assert_eq!(details["last_accessed"], Value::Null);
    assert_eq!(details["node"], Value::Null);
    assert_eq!(details["parent_id"], Value::Null);
    assert_eq!(details["versions"].as_array().unwrap().len(), 1);

    let download = ann
        .client
        .get(&format!("/files/{id}/download"))
        .await
        .data();
    assert_eq!(download["expires_in"], 300);
    let url = download["download_url"].as_str().unwrap();
    assert_eq!(client.get(url).await.body, data);
    let part = client
        .request(Method::GET, url)
        .header("range", "bytes=700000-")
        .send()
        .await;
    assert_eq!((part.status, &part.body[..]), (206, &data[700_000..]));
    let details = ann.client.get(&format!("/files/{id}")).await.data();
    assert!(details["last_accessed"].is_string());
    assert_eq!(ann.storage().await, (700_001, 5_368_009_119, 1));
    let storage = ann.client.get("/user/storage").await.data();
    assert_eq!(
        storage["largest_file"]["encrypted_filename"],
        "a sealed name/=+"
    );
    assert_eq!(storage["largest_file"]["size"], data.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_come_in_any_order_and_ids_are_the_clients() {
    let (_app, client) = start().await;
    let ann = Account::bare(&client, "ann@example.org").await;
    let eve = Account::bare(&client, "eve@example.org").await;
    let id = uuid();
    let form = |id: &str| {
        Form::default()
            .text("file_size", "7")
            .text("id", id)
            .text("encrypted_metadata", "{}")
            .text("parent_id", "")
            .text("encrypted_filename", "n")
            .file(b"not 7 bytes")
    };
    let answer = form(&id).send(&ann.client).await;
    answer.expect(201);
    assert_eq!(answer.data()["file_id"], json!(id));
    // What is stored counts, not what was declared.
    assert_eq!(answer.data()["file_size"], 11);
    for other in [&ann, &eve] {
        let details = form(&id).send(&other.client).await.error(409, "CONFLICT");
        assert_eq!(details["field"], "id");
    }
    ann.client
        .delete(&format!("/files/{id}/permanent"))
        .await
        .expect(200);
    form(&id).send(&ann.client).await.error(409, "CONFLICT");
    assert_eq!(ann.storage().await, (0, 5_368_709_120, 0));
    assert_eq!(eve.storage().await, (0, 5_368_709_120, 0));
    Form::of("empty", b"").send(&ann.client).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_that_are_wrong_are_named() {
    let (app, client) = start().await;
    let ann = Account::bare(&client, "ann@example.org").await;
    let without = |missing: &str| {
        let whole = Form::of("n", b"x");
        let mut form = Form::default();
        for name in [
            "file",
            "encrypted_filename",
            "encrypted_metadata",
            "file_size",
        ] {
            if name != missing {
                form = match name {
                    "file" => form.file(b"x"),
                    "file_size" => form.text(name, "1"),
                    "encrypted_metadata" => form.text(name, "{}"),
                    _ => form.text(name, "n"),
                };
            }
        }
        drop(whole);
        form
    };
    let with = |name: &str, value: &str| without(name).text(name, value);
    let many: serde_json::Map<_, _> = (0..33).map(|n| (n.to_string(), json!("x"))).collect();
    let long_value = json!({"key": "x".repeat(4097)}).to_string();
    let long_key = json!({"k".repeat(129): "x"}).to_string();
    for (field, form) in [
        ("file", without("file")),
        ("encrypted_filename", without("encrypted_filename")),
        ("encrypted_metadata", without("encrypted_metadata")),
        ("file_size", without("file_size")),
        ("encrypted_filename", with("encrypted_filename", "")),
        (
            "encrypted_filename",
            with("encrypted_filename", &"x".repeat(4097)),
        ),
        (
            "encrypted_filename",
            with("encrypted_filename", &"x".repeat(100_000)),
        ),
        ("encrypted_filename", with("encrypted_filename", "a\u{0}b")),
        ("encrypted_metadata", with("encrypted_metadata", "")),
        ("encrypted_metadata", with("encrypted_metadata", "{")),
        ("encrypted_metadata", with("encrypted_metadata", "[]")),
        ("encrypted_metadata", with("encrypted_metadata", "\"x\"")),
        (
            "encrypted_metadata.n",
            with("encrypted_metadata", r#"{"n": 1}"#),
        ),
        (
            "encrypted_metadata.n",
            with("encrypted_metadata", r#"{"n": {"a": "b"}}"#),
        ),
        (
            "encrypted_metadata.key",
            with("encrypted_metadata", &long_value),
        ),
        ("encrypted_metadata", with("encrypted_metadata", &long_key)),
        (
            "encrypted_metadata",
            with("encrypted_metadata", &json!(many).to_string()),
        ),
        (
            "encrypted_metadata",
            with("encrypted_metadata", &"x".repeat(70_000)),
        ),
        ("file_size", with("file_size", "")),
        ("file_size", with("file_size", "-1")),
        ("file_size", with("file_size", "+1")),
        ("file_size", with("file_size", "1.5")),
        ("file_size", with("file_size", "undefined")),
        ("file_size", with("file_size", "9223372036854775808")),
        ("id", with("id", "7")),
        ("id", with("id", &uuid().to_uppercase())),
        ("parent_id", with("parent_id", "root")),
        ("file", Form::of("n", b"x").file(b"again")),
        ("file_size", Form::of("n", b"x").text("file_size", "1")),
        ("colour", Form::of("n", b"x").text("colour", "red")),
    ] {
        let details = form.send(&ann.client).await.error(422, "VALIDATION_ERROR");
        let fields = details["fields"].as_object().unwrap();
        assert_eq!(fields.keys().collect::<Vec<_>>(), [field], "{details}");
    }
    let not_utf8 =
        without("encrypted_filename").part("form-data; name=\"encrypted_filename\"", b"\xff\xfe");
    let details = not_utf8
        .send(&ann.client)
        .await
        .error(422, "VALIDATION_ERROR");
    assert!(details["fields"]["encrypted_filename"].is_string());
    let parent = with("parent_id", &uuid()).send(&ann.client).await;
    assert_eq!(parent.error(404, "NOT_FOUND")["field"], "parent_id");
    assert_eq!(ann.storage().await, (0, 5_368_709_120, 0));
    nothing_is_staged(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_are_no_forms_are_refused() {
    let (app, client) = start().await;
    let ann = Account::bare(&client, "ann@example.org").await;
    let whole = Form::of("n", b"x").body();
    for body in [
        Vec::new(),
        b"no form".to_vec(),
        whole[..whole.len() - 8].to_vec(),
        whole[..100].to_vec(),
        Form::of("n", b"x")
            .part("attachment; name=\"id\"", b"")
            .body(),
        Form::of("n", b"x")
            .part(&format!("form-data; name=\"{}\"", "x".repeat(5000)), b"")
            .body(),
        [b"x".repeat(10_000), whole.clone()].concat(),
        // What comes after the form is bounded too.
        [whole.clone(), vec![0; 300_000]].concat(),
    ] {
        let answer = send(&ann.client, body).await;
        assert!([400, 413].contains(&answer.status), "{answer:?}");
        assert_eq!(answer.json()["success"], false);
    }
    for content_type in [
        "application/json",
        "multipart/form-data",
        "multipart/mixed; boundary=x",
        "multipart/form-data; boundary=",
    ] {
        let answer = ann
            .client
            .request(Method::POST, "/files/upload")
            .header("content-type", content_type)
            .body(whole.clone())
            .send()
            .await;
        answer.error(415, "UNSUPPORTED_MEDIA_TYPE");
    }
    assert_eq!(ann.storage().await, (0, 5_368_709_120, 0));
    nothing_is_staged(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_largest_file_has_50_mib_and_one_byte_more_is_told() {
    let (app, client) = start().await;
    let ann = Account::bare(&client, "ann@example.org").await;
    let largest = vec![7; 50 * MIB];
    Form::of("n", &largest).send(&ann.client).await.expect(201);
    for more in [1, 10 * MIB] {
        let answer = Form::of("n", &vec![7; 50 * MIB + more])
            .send(&ann.client)
            .await;
        let details = answer.error(413, "PAYLOAD_TOO_LARGE");
        assert_eq!(details["limit"], 50 * MIB);
    }
    assert_eq!(ann.storage().await.0, 50 * MIB as u64);
    nothing_is_staged(&app).await;
}

/// The answer to an upload of which nobody says in advance how long it is, by a client that reads
/// nothing before it has sent everything.
async fn send_everything_first(app: &TestApp, token: &str, content_type: &str) -> String {
    let head = format!(
        "POST /api/v1/files/upload HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\
         content-type: {content_type}\r\n\
         transfer-encoding: chunked\r\nconnection: close\r\n\r\n",
    );
    let address = app.url().strip_prefix("http://").unwrap();
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let body = Form::of("n", &vec![7; 60 * MIB]).body();
    for piece in body.chunks(MIB) {
        let size = format!("{:x}\r\n", piece.len());
        stream.write_all(size.as_bytes()).await.unwrap();
        stream.write_all(piece).await.unwrap();
        stream.write_all(b"\r\n").await.unwrap();
    }
    stream.write_all(b"0\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

/// Whatever the answer is.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_sends_everything_first_sees_the_answer() {
    let app = unlimited()
        .env("STRONGROOM_LIMIT_UPLOADS", "1/h")
        .start()
        .await;
    let client = Client::new(app.url());
    let ann = Account::bare(&client, "ann@example.org").await;
    let vault = Account::vault(&client, "bob@example.org").await;
    let form = format!("multipart/form-data; boundary={BOUNDARY}");
    let (ann, vault) = (ann.client.token().unwrap(), vault.client.token().unwrap());
    for (token, content_type, status, code) in [
        (ann, "application/json", 415, "UNSUPPORTED_MEDIA_TYPE"),
        (ann, &form, 413, "PAYLOAD_TOO_LARGE"),
        (ann, &form, 429, "RATE_LIMITED"),
        (vault, &form, 428, "HEAD_REQUIRED"),
        ("nobody's", &form, 401, "UNAUTHORIZED"),
    ] {
        let answer = send_everything_first(&app, token, content_type).await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{answer}"
        );
        assert!(answer.contains(code), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_uploads_at_the_limit_never_go_over() {
    let app = unlimited().env("STRONGROOM_QUOTA", "1000").start().await;
    let client = Client::new(app.url());
    let ann = Account::bare(&client, "ann@example.org").await;
    let uploads: Vec<_> = (0..100)
        .map(|n| {
            let client = ann.client.clone();
            tokio::spawn(async move {
                let answer = Form::of(&format!("n{n}"), &[1; 70]).send(&client).await;
                if answer.status != 201 {
                    let details = answer.error(402, "STORAGE_QUOTA_EXCEEDED");
                    assert_eq!(
                        (&details["limit"], &details["needed"]),
                        (&json!(1000), &json!(70))
                    );
                }
                answer.status
            })
        })
        .collect();
    let mut stored = 0;
    for upload in uploads {
        stored += usize::from(upload.await.unwrap() == 201);
    }
    assert_eq!(stored, 14);
    assert_eq!(ann.storage().await, (980, 20, 14));
    // A file that could never fit is refused while it arrives.
    let large = Form::of("n", &vec![1; 5 * MIB]).send(&ann.client).await;
    large.error(402, "STORAGE_QUOTA_EXCEEDED");
    upload(&ann.client, "fits", &[1; 20]).await;
    assert_eq!(ann.storage().await, (1000, 0, 15));
    let full = ann.client.get("/user/storage").await.data();
    assert_eq!(full["percentage"], json!(100.0));
    upload(&ann.client, "nothing fits still", b"").await;
    nothing_is_staged(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_told() {
    let app = unlimited().start().await;
    let client = Client::new(app.url());
    let ann = Account::bare(&client, "ann@example.org").await;
    let limit = |bytes: &str| {
        let pid = app.pid().to_string();
        let limit = format!("--fsize={bytes}:unlimited");
        let args = ["--pid", &pid, &limit];
        let status = std::process::Command::new("prlimit").args(args).status();
        assert!(status.unwrap().success());
    };
    limit("1000000");
    let answer = Form::of("n", &vec![1; 3 * MIB]).send(&ann.client).await;
    answer.error(507, "STORAGE_FULL");
    limit("unlimited");
    upload(&ann.client, "n", &vec![1; 3 * MIB]).await;
    nothing_is_staged(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operators_reserve_is_kept() {
    let app = unlimited()
        .env("STRONGROOM_MIN_FREE_SPACE", i64::MAX.to_string())
        .start()
        .await;
    let client = Client::new(app.url());
    let ann = Account::bare(&client, "ann@example.org").await;
    let answer = Form::of("n", &vec![1; MIB]).send(&ann.client).await;
    answer.error(507, "STORAGE_FULL");
    nothing_is_staged(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_breaks_off_leaves_nothing() {
    let mut app = unlimited()
        .env("STRONGROOM_SWEEP_INTERVAL", "1")
        .start()
        .await;
    let client = Client::new(app.url());
    let ann = Account::bare(&client, "ann@example.org").await;
    let body = Form::of("n", &vec![7; 3 * MIB]).body();
    let head = format!(
        "POST /api/v1/files/upload HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\
         content-type: multipart/form-data; boundary={BOUNDARY}\r\ncontent-length: {}\r\n\r\n",
        ann.client.token().unwrap(),
        body.len()
    );
    let half_sent = async |app: &TestApp| {
        let address = app.url().strip_prefix("http://").unwrap();
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(&body[..2 * MIB]).await.unwrap();
        while staged(app) == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        stream
    };
    // The client goes away.
    drop(half_sent(&app).await);
    nothing_is_staged(&app).await;
    // The server is killed, and starts again.
    let stream = half_sent(&app).await;
    app.restart().await;
    nothing_is_staged(&app).await;
    drop(stream);
    assert_eq!(blobs(&app), 0);
    assert_eq!(ann.storage().await, (0, 5_368_709_120, 0));
    upload(&ann.client, "n", &vec![7; 3 * MIB]).await;
    assert_eq!(blobs(&app), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_have_a_limit_of_their_own() {
    let app = unlimited()
        .env("STRONGROOM_LIMIT_UPLOADS", "2/h")
        .start()
        .await;
    let client = Client::new(app.url());
    let ann = Account::bare(&client, "ann@example.org").await;
    for remaining in ["1", "0"] {
        let answer = Form::of("n", b"x").send(&ann.client).await;
        answer.expect(201);
        assert_eq!(answer.header("x-ratelimit-limit"), "2");
        assert_eq!(answer.header("x-ratelimit-remaining"), remaining);
    }
    // The client sees the answer although it sends a long body.
    let answer = Form::of("n", &vec![1; 10 * MIB]).send(&ann.client).await;
    assert!(answer.error(429, "RATE_LIMITED")["retry_after"].is_u64());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_uploads_in_another_way() {
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let answer = Form::of("n", &vec![1; MIB]).send(&ann.client).await;
    answer.error(428, "HEAD_REQUIRED");
}

fn files_in(folder: std::path::PathBuf) -> usize {
    std::fs::read_dir(folder).unwrap().count()
}

fn staged(app: &TestApp) -> usize {
    files_in(app.data_dir().join("staged"))
}

fn blobs(app: &TestApp) -> usize {
    let folders = std::fs::read_dir(app.data_dir().join("blobs")).unwrap();
    folders.map(|folder| files_in(folder.unwrap().path())).sum()
}

/// Waits until no staged file is left, however long that takes.
async fn nothing_is_staged(app: &TestApp) {
    while staged(app) > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
