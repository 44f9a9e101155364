//! Small uploads that come whole with their creation: their rows are made last.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use harness::TestApp;
use harness::account::Account;
use harness::client::{Client, OFFSET};
use reqwest::Method;

use crate::{start, unlimited};

const SIZE: usize = 600_000;

fn staged(app: &TestApp) -> Vec<String> {
    std::fs::read_dir(app.data_dir().join("staged"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

/// Waits until the staged files are as many as that.
async fn wait_for_staged(app: &TestApp, count: usize) -> Vec<String> {
    for _ in 0..2000 {
        let found = staged(app);
        if found.len() == count {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{} files are staged, not {count}", staged(app).len());
}

/// Sends a creation with the first half of its body.
fn half_sent(app: &TestApp, ann: &Account, data: &[u8]) -> TcpStream {
    let address = app.url().trim_start_matches("http://");
    let token = ann.client.token().unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "POST /api/v1/uploads HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
         Tus-Resumable: 1.0.0\r\nUpload-Length: {0}\r\nContent-Type: {OFFSET}\r\n\
         Content-Length: {0}\r\nConnection: close\r\n\r\n",
        data.len()
    )
    .unwrap();
    stream.write_all(&data[..data.len() / 2]).unwrap();
    stream
}

#[tokio::test(flavor = "multi_thread")]
async fn no_sweep_takes_what_has_no_row_yet() {
    let app = unlimited()
        .env("STRONGROOM_SWEEP_INTERVAL", "1")
        .start()
        .await;
    let ann = Account::vault(&Client::new(app.url()), "ann@example.org").await;
    let data: Vec<u8> = (0..SIZE).map(|n| (n % 251) as u8).collect();
    let mut stream = half_sent(&app, &ann, &data);
    let id = wait_for_staged(&app, 1).await.remove(0);
    let path = app.data_dir().join("staged").join(&id);
    assert_eq!(ann.client.upload_offset(&id).await, None);
    // Two sweeps: the first may have begun before the upload did.
    for _ in 0..2 {
        let leftover = "00000000-0000-4000-8000-000000000000";
        std::fs::write(app.data_dir().join("staged").join(leftover), b"left over").unwrap();
        wait_for_staged(&app, 1).await;
        assert!(path.exists());
    }
    stream.write_all(&data[SIZE / 2..]).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    assert!(answer.contains("upload-offset: 600000\r\n"), "{answer}");
    assert_eq!(ann.client.upload_offset(&id).await, Some(SIZE as u64));
    assert_eq!(std::fs::read(&path).unwrap(), data);
    let (_, available, _) = ann.storage().await;
    assert_eq!(available, 5_368_709_120 - SIZE as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_breaks_off_leaves_nothing() {
    let (app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let before = ann.storage().await;
    let stream = half_sent(&app, &ann, &[7; SIZE]);
    wait_for_staged(&app, 1).await;
    drop(stream);
    wait_for_staged(&app, 0).await;
    assert_eq!(ann.storage().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_leaves_nothing() {
    let app = unlimited()
        .env("STRONGROOM_QUOTA", "1000")
        .env("STRONGROOM_MAX_OPEN_UPLOADS", "1")
        .start()
        .await;
    let ann = Account::vault(&Client::new(app.url()), "ann@example.org").await;
    let create = async |checksum: &str| {
        let request = ann.client.request(Method::POST, "/uploads");
        let request = request
            .header("tus-resumable", "1.0.0")
            .header("upload-length", "5")
            .header("content-type", OFFSET)
            .header("upload-checksum", checksum);
        request.body("hello").send().await
    };
    let wrong = create("sha1 AAAAAAAAAAAAAAAAAAAAAAAAAAA=").await;
    assert_eq!(wrong.status, 460, "{wrong:?}");
    let answer = ann.client.create_upload(1001, &[7; 1001]).await;
    answer.error(402, "STORAGE_QUOTA_EXCEEDED");
    wait_for_staged(&app, 0).await;
    assert_eq!(ann.storage().await, (0, 1000, 0));

    let right = create("sha1 qvTGHdzF6KLavt4PO0gs2a6pQ00=").await;
    right.expect(201);
    assert_eq!(right.header("upload-offset"), "5");
    assert_eq!(ann.storage().await, (0, 995, 0));
    let answer = ann.client.create_upload(5, b"hello").await;
    assert_eq!(answer.error(409, "CONFLICT")["reason"], "open_uploads");
    assert_eq!(staged(&app), [right.upload_id()]);
}
