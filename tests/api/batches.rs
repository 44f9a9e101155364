//! Many small files in one request.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::slice::from_ref;
use std::time::Duration;

use harness::account::{Account, create_file, sealed, uuid, version};
use harness::client::{Answer, Client};
use reqwest::Method;
use serde_json::{Value, json};

use crate::commits::blobs;
use crate::{start, unlimited};

const BATCH: &str = "application/vnd.strongroom.batch";

/// A body of such uploads.
fn body(uploads: &[Vec<u8>]) -> Vec<u8> {
    let mut body = Vec::new();
    for upload in uploads {
        body.extend_from_slice(&u32::try_from(upload.len()).unwrap().to_be_bytes());
        body.extend_from_slice(upload);
    }
    body
}

async fn send(client: &Client, body: Vec<u8>) -> Answer {
    let request = client.request(Method::POST, "/uploads/batch");
    request
        .header("content-type", BATCH)
        .body(body)
        .send()
        .await
}

fn ids(answer: &Answer) -> Vec<String> {
    let uploads = answer.expect(201).data()["uploads"].take();
    serde_json::from_value(uploads).unwrap()
}

/// What an answer with contents has; `None` for what is not there.
fn contents(answer: &Answer) -> Vec<Option<Vec<u8>>> {
    answer.expect(200);
    assert_eq!(answer.header("content-type"), BATCH);
    let (mut rest, mut found) = (&answer.body[..], Vec::new());
    while !rest.is_empty() {
        let (length, after) = rest.split_first_chunk().unwrap();
        let length = u64::from_be_bytes(*length);
        if length == u64::MAX {
            found.push(None);
            rest = after;
            continue;
        }
        let (content, after) = after.split_at(usize::try_from(length).unwrap());
        found.push(Some(content.to_vec()));
        rest = after;
    }
    found
}

async fn fetch(client: &Client, versions: &[String]) -> Answer {
    client
        .post("/files/contents", &json!({ "versions": versions }))
        .await
}

async fn details(client: &Client, files: &[String]) -> Vec<Value> {
    let answer = client
        .post("/files/details", &json!({ "ids": files }))
        .await;
    let files = answer.expect(200).data()["files"].take();
    serde_json::from_value(files).unwrap()
}

/// Commits uploads as files; answers the files' ids and their versions'.
async fn commit(ann: &Account, folder: &str, uploads: &[String]) -> (Vec<String>, Vec<String>) {
    let (mut files, mut versions, mut changes) = (Vec::new(), Vec::new(), Vec::new());
    for upload in uploads {
        let file = uuid();
        let change = create_file(&file, folder, upload);
        versions.push(change["version"]["id"].as_str().unwrap().to_owned());
        files.push(file);
        changes.push(change);
    }
    ann.commit(json!(changes), &[folder]).await.expect(200);
    (files, versions)
}

/// Files in the folder of staged uploads.
fn staged(app: &harness::TestApp) -> usize {
    std::fs::read_dir(app.data_dir().join("staged"))
        .unwrap()
        .count()
}

#[tokio::test(flavor = "multi_thread")]
async fn many_files_go_up_and_come_down_in_a_few_requests() {
    let (app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let sent: Vec<Vec<u8>> = (0..256_usize).map(|n| vec![n as u8; n * n / 4]).collect();
    let uploads = ids(&send(&ann.client, body(&sent)).await);
    assert_eq!(uploads.len(), 256);
    let length = sent[200].len() as u64;
    assert_eq!(
        ann.client.upload_offset(&uploads[200]).await,
        Some(length),
        "finished, as tus sees it"
    );
    assert_eq!(staged(&app), 256);

    let (files, versions) = commit(&ann, &ann.root, &uploads).await;
    assert_eq!((staged(&app), blobs(&app)), (0, 256));
    let found = contents(&fetch(&ann.client, &versions).await);
    assert!(
        found.iter().flatten().eq(&sent),
        "in the order of the request"
    );
    let backwards: Vec<_> = versions.iter().rev().cloned().collect();
    let found = contents(&fetch(&ann.client, &backwards).await);
    assert!(found.iter().flatten().rev().eq(&sent));

    let listed = details(&ann.client, &files).await;
    assert_eq!(listed.len(), 256);
    for ((file, version), listed) in files.iter().zip(&versions).zip(&listed) {
        assert_eq!(
            (&listed["id"], &listed["more_versions"]),
            (&json!(file), &json!(false))
        );
        assert_eq!(listed["versions"][0]["id"], json!(version));
    }
    let single = ann.client.get(&format!("/files/{}", files[7])).await.data();
    assert_eq!(
        listed[7]["versions"], single["versions"],
        "the same as by itself"
    );
    let used: usize = sent.iter().map(Vec::len).sum();
    assert_eq!(ann.storage().await.0, used as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_breaks_a_rule_leaves_nothing() {
    let app = unlimited()
        .env("STRONGROOM_MAX_OPEN_UPLOADS", "300")
        .start()
        .await;
    let client = Client::new(app.url());
    let ann = Account::vault(&client, "ann@example.org").await;
    let field = |answer: Answer| answer.error(422, "VALIDATION_ERROR")["fields"].clone();
    let mib = 1024 * 1024;
    let small = vec![1; 10];
    let cases = [
        (Vec::new(), "uploads"),
        (body(&vec![small.clone(); 257]), "uploads"),
        (body(&[small.clone(), vec![1; mib + 1]]), "uploads[1]"),
        (body(&vec![small.clone(); 3])[..41].to_vec(), "uploads[2]"),
        (body(&vec![small.clone(); 3])[..30].to_vec(), "uploads[2]"),
    ];
    for (body, name) in cases {
        let fields = field(send(&ann.client, body).await);
        assert!(fields[name].is_string(), "{name}: {fields}");
    }
    let large = body(&vec![vec![1; mib]; 16]);
    let limit = send(&ann.client, large)
        .await
        .error(413, "PAYLOAD_TOO_LARGE");
    assert_eq!(limit["limit"], 16 * mib);
    // The same without saying before how much it is.
    let too_long = body(&vec![vec![1; mib]; 16]);
    assert_eq!(send_chunked(&ann.client, &too_long), "HTTP/1.1 413");
    let request = ann
        .client
        .request(Method::POST, "/uploads/batch")
        .body(body(from_ref(&small)));
    request.send().await.error(415, "UNSUPPORTED_MEDIA_TYPE");
    assert_eq!(
        (staged(&app), ann.storage().await.1),
        (0, 5_368_709_120),
        "nothing is kept, nothing reserved"
    );

    // Room for 300 open ones: 200 fit, another 101 do not, 100 do.
    ids(&send(&ann.client, body(&vec![small.clone(); 200])).await);
    let details = send(&ann.client, body(&vec![small.clone(); 101]))
        .await
        .error(409, "CONFLICT");
    assert_eq!(details, json!({"reason": "open_uploads", "limit": 300}));
    assert_eq!(staged(&app), 200);
    ids(&send(&ann.client, body(&vec![small.clone(); 100])).await);
    send(&ann.client, body(from_ref(&small)))
        .await
        .error(409, "CONFLICT");
    assert_eq!(staged(&app), 300);

    let bare = Account::bare(&client, "bob@example.org").await;
    send(&bare.client, body(from_ref(&small)))
        .await
        .error(409, "KEYS_REQUIRED");
    send(&client, body(&[small]))
        .await
        .error(401, "UNAUTHORIZED");
}

/// Begins to send a body without saying how long it is, and gives the connection back.
fn begin(client: &Client, body: &[u8]) -> TcpStream {
    let host = client.url().trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(&host).unwrap();
    let token = client.token().unwrap();
    let head = format!(
        "POST /api/v1/uploads/batch HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: {BATCH}\r\nTransfer-Encoding: chunked\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    for piece in body.chunks(100_000) {
        let chunk = [format!("{:x}\r\n", piece.len()).as_bytes(), piece, b"\r\n"].concat();
        stream.write_all(&chunk).unwrap();
    }
    stream
}

/// Sends a body without saying before how long it is; gives the beginning of the answer.
fn send_chunked(client: &Client, body: &[u8]) -> String {
    let mut stream = begin(client, body);
    stream.write_all(b"0\r\n\r\n").unwrap();
    let mut start = [0; 12];
    stream.read_exact(&mut start).unwrap();
    String::from_utf8(start.to_vec()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_breaks_off_leaves_nothing() {
    let app = unlimited()
        .env("STRONGROOM_STALL_TIMEOUT", "1")
        .start()
        .await;
    let client = Client::new(app.url());
    let ann = Account::vault(&client, "ann@example.org").await;
    // Whole uploads, and the connection is closed or falls silent before the end of the body.
    for closes in [true, false] {
        let stream = begin(&ann.client, &body(&vec![vec![1; 50_000]; 20]));
        wait_for(|| staged(&app) == 20).await;
        let kept = (!closes).then_some(stream);
        wait_for(|| staged(&app) == 0).await;
        drop(kept);
        assert_eq!(ann.storage().await.1, 5_368_709_120, "nothing is reserved");
    }
}

async fn wait_for(what: impl Fn() -> bool) {
    for _ in 0..1000 {
        if what() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it does not come to that");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_quota_takes_a_batch_whole_or_not_at_all() {
    let app = unlimited().env("STRONGROOM_QUOTA", "1000").start().await;
    let client = Client::new(app.url());
    let ann = Account::vault(&client, "ann@example.org").await;
    let details = send(&ann.client, body(&vec![vec![1; 100]; 11]))
        .await
        .error(402, "STORAGE_QUOTA_EXCEEDED");
    assert_eq!(
        details,
        json!({"used": 0, "limit": 1000, "available": 1000, "needed": 1100})
    );
    assert_eq!(staged(&app), 0);
    let uploads = ids(&send(&ann.client, body(&vec![vec![1; 100]; 10])).await);
    ann.client
        .create_upload(1, &[])
        .await
        .error(402, "STORAGE_QUOTA_EXCEEDED");
    let path = format!("/uploads/{}", uploads[3]);
    let request = ann.client.request(Method::DELETE, &path);
    request
        .header("tus-resumable", "1.0.0")
        .send()
        .await
        .expect(204);
    ann.client.create_upload(100, &[]).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_counts_once() {
    let app = harness::TestApp::builder()
        .env("STRONGROOM_RATE_LIMITS", "documented")
        .start()
        .await;
    let client = Client::new(app.url());
    let ann = Account::vault(&client, "ann@example.org").await;
    let mut uploads = Vec::new();
    for _ in 0..20 {
        uploads = ids(&send(&ann.client, body(&vec![vec![1; 10]; 20])).await);
    }
    send(&ann.client, body(&[vec![1; 10]]))
        .await
        .error(429, "RATE_LIMITED");
    let (_, versions) = commit(&ann, &ann.root, &uploads).await;
    for _ in 0..100 {
        fetch(&ann.client, &versions).await.expect(200);
    }
    fetch(&ann.client, &versions[..1])
        .await
        .error(429, "RATE_LIMITED");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_single_endpoints_hide_is_not_in_a_batch() {
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let bob = Account::vault(&client, "bob@example.org").await;
    let uploads = ids(&send(&ann.client, body(&vec![b"bytes".to_vec(); 4])).await);
    let (files, versions) = commit(&ann, &ann.root, &uploads).await;
    let change = |kind: &str, file: &str| json!([{"type": kind, "node": file}]);
    ann.commit(change("trash", &files[1]), &[&ann.root])
        .await
        .expect(200);
    ann.commit(change("purge", &files[2]), &[&ann.root])
        .await
        .expect(200);
    let next = version(&ann.client.upload(b"newer").await);
    let newer = next["id"].as_str().unwrap().to_owned();
    ann.commit(
        json!([{"type": "version", "node": files[3], "version": next}]),
        &[&ann.root],
    )
    .await
    .expect(200);

    let asked = [&files[..], &[ann.root.clone(), uuid()]].concat();
    let listed = details(&ann.client, &asked).await;
    let there: Vec<Option<usize>> = listed
        .iter()
        .map(|file| file["versions"].as_array().map(Vec::len))
        .collect();
    assert_eq!(
        there,
        [Some(1), Some(1), None, Some(2), Some(0), None],
        "the trash is seen, a folder has none"
    );
    assert_eq!(listed[3]["versions"][0]["id"], json!(newer), "newest first");
    let asked = [&versions[..], &[newer, uuid()]].concat();
    let found = contents(&fetch(&ann.client, &asked).await);
    let is = |text: &[u8]| Some(text.to_vec());
    assert_eq!(
        found,
        [is(b"bytes"), None, None, is(b"bytes"), is(b"newer"), None]
    );

    assert!(
        details(&bob.client, &files)
            .await
            .iter()
            .all(|file| file["versions"].is_null())
    );
    assert_eq!(
        contents(&fetch(&bob.client, &versions).await),
        [None, None, None, None]
    );
    for (path, field) in [("/files/details", "ids"), ("/files/contents", "versions")] {
        client
            .post(path, &json!({ field: [uuid()] }))
            .await
            .error(401, "UNAUTHORIZED");
        for (value, name) in [
            (json!([]), field.to_owned()),
            (json!(vec![uuid(); 501]), field.to_owned()),
            (json!(["x"]), format!("{field}[0]")),
        ] {
            let error = ann
                .client
                .post(path, &json!({ field: value }))
                .await
                .error(422, "VALIDATION_ERROR");
            assert!(error["fields"][&name].is_string(), "{error}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_bounded() {
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let large = vec![vec![7; 1024 * 1024 - 4]; 16];
    let mut versions = Vec::new();
    for _ in 0..2 {
        let uploads = ids(&send(&ann.client, body(&large)).await);
        versions.extend(commit(&ann, &ann.root, &uploads).await.1);
    }
    let found = contents(&fetch(&ann.client, &versions).await);
    assert!(
        found
            .iter()
            .all(|content| content.as_ref() == Some(&large[0]))
    );
    versions.push(versions[0].clone());
    let error = fetch(&ann.client, &versions)
        .await
        .error(422, "VALIDATION_ERROR");
    assert!(error["fields"]["versions"].is_string());

    // Twenty versions with records of 4 KiB: some hundred of these fill an answer.
    let upload = ann.client.upload(b"x").await;
    let (files, _) = commit(&ann, &ann.root, &[upload]).await;
    for _ in 0..20 {
        let mut new = version(&ann.client.upload(b"x").await);
        new["record"] = json!(sealed(4096));
        let change = json!([{"type": "version", "node": files[0], "version": new}]);
        ann.commit(change, &[&ann.root]).await.expect(200);
    }
    let asked = vec![files[0].clone(); 500];
    let found = details(&ann.client, &asked).await;
    assert!((80..120).contains(&found.len()), "{}", found.len());
    let whole = |file: &Value| file["versions"].as_array().unwrap().len() == 21;
    assert!(found.iter().all(whole), "what comes is whole");
}
