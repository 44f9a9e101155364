use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use harness::TestApp;
use harness::account::Account;
use harness::client::{Client, OFFSET};
use reqwest::Method;

use crate::{start, unlimited};

async fn wait_for_offset(client: &Client, id: &str, offset: u64) {
    for _ in 0..500 {
        if client.upload_offset(id).await == Some(offset) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!(
        "the upload stands at {:?}, not {offset}",
        client.upload_offset(id).await
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_protocol_is_tus_1_0() {
    let app = unlimited()
        .env("STRONGROOM_MAX_UPLOAD_SIZE", "1000000")
        .start()
        .await;
    let client = Client::new(app.url());
    let answer = client.request(Method::OPTIONS, "/uploads").send().await;
    assert_eq!(answer.status, 204);
    assert_eq!(answer.header("tus-resumable"), "1.0.0");
    assert_eq!(answer.header("tus-version"), "1.0.0");
    assert_eq!(
        answer.header("tus-extension"),
        "checksum,creation,creation-with-upload,expiration,termination"
    );
    assert_eq!(answer.header("tus-max-size"), "1000000");

    let ann = Account::vault(&client, "ann@example.org").await;
    let answer = ann
        .client
        .request(Method::POST, "/uploads")
        .header("tus-resumable", "1.0.0")
        .header("upload-length", "10")
        .header("upload-metadata", "filename d29ybGQ=,empty")
        .send()
        .await;
    answer.expect(201);
    assert_eq!(answer.header("upload-offset"), "0");
    assert!(answer.header("upload-expires").ends_with(" GMT"));
    assert!(
        answer
            .header("location")
            .starts_with(&format!("{}/api/v1/uploads/", app.url()))
    );
    let path = format!("/uploads/{}", answer.upload_id());
    let head = ann
        .client
        .request(Method::HEAD, &path)
        .header("tus-resumable", "1.0.0")
        .send()
        .await;
    head.expect(200);
    assert_eq!(head.header("upload-offset"), "0");
    assert_eq!(head.header("upload-length"), "10");
    assert_eq!(head.header("upload-metadata"), "filename d29ybGQ=,empty");
    assert_eq!(head.header("cache-control"), "no-store");

    let too_large = ann.client.create_upload(1_000_001, &[]).await;
    assert_eq!(
        too_large.error(413, "PAYLOAD_TOO_LARGE")["limit"],
        1_000_000
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_protocol_forbids_is_refused() {
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let post = || ann.client.request(Method::POST, "/uploads");
    for version in [None, Some("0.2.2"), Some("2.0.0")] {
        let request = post().header("upload-length", "10");
        let request = match version {
            Some(version) => request.header("tus-resumable", version),
            None => request,
        };
        let answer = request.send().await;
        answer.error(412, "BAD_REQUEST");
        assert_eq!(answer.header("tus-version"), "1.0.0");
    }
    for length in [
        "",
        "-1",
        "+1",
        "1.5",
        "ten",
        "99999999999999999999",
        "9223372036854775808",
    ] {
        let request = post()
            .header("tus-resumable", "1.0.0")
            .header("upload-length", length);
        request.send().await.error(400, "BAD_REQUEST");
    }
    post()
        .header("tus-resumable", "1.0.0")
        .send()
        .await
        .error(400, "BAD_REQUEST");
    let long = "x".repeat(5000);
    let request = post()
        .header("tus-resumable", "1.0.0")
        .header("upload-length", "1");
    request
        .header("upload-metadata", long)
        .send()
        .await
        .error(400, "BAD_REQUEST");

    let id = ann.client.create_upload(10, b"abc").await.upload_id();
    let patch = || ann.client.request(Method::PATCH, &format!("/uploads/{id}"));
    let fine = || {
        patch()
            .header("tus-resumable", "1.0.0")
            .header("content-type", OFFSET)
    };
    patch()
        .header("upload-offset", "3")
        .send()
        .await
        .error(412, "BAD_REQUEST");
    let json = patch()
        .header("tus-resumable", "1.0.0")
        .header("upload-offset", "3");
    let json = json
        .header("content-type", "application/json")
        .body("{}")
        .send()
        .await;
    json.error(415, "UNSUPPORTED_MEDIA_TYPE");
    fine().body("d").send().await.error(400, "BAD_REQUEST");
    let details = fine()
        .header("upload-offset", "2")
        .body("d")
        .send()
        .await
        .error(409, "CONFLICT");
    assert_eq!(details["offset"], 3);
    let long = fine()
        .header("upload-offset", "3")
        .body("12345678")
        .send()
        .await;
    assert_eq!(long.error(413, "PAYLOAD_TOO_LARGE")["limit"], 7);
    assert_eq!(
        ann.client.upload_offset(&id).await,
        Some(3),
        "nothing of that was kept"
    );
    for unknown in ["00000000-0000-4000-8000-000000000000"] {
        ann.client
            .append(unknown, 0, b"x")
            .await
            .error(404, "NOT_FOUND");
    }
    ann.client
        .append("7", 0, b"x")
        .await
        .error(400, "BAD_REQUEST");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_grows_part_by_part_and_gives_up_what_it_reserved() {
    let (app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let id = ann.client.create_upload(10, b"abc").await.upload_id();
    let answer = ann.client.append(&id, 3, b"defg").await;
    assert_eq!(answer.status, 204);
    assert_eq!(answer.header("upload-offset"), "7");
    assert_eq!(
        ann.client
            .append(&id, 7, b"hij")
            .await
            .header("upload-offset"),
        "10"
    );
    assert_eq!(ann.client.append(&id, 10, b"").await.status, 204);
    let staged = app.data_dir().join("staged").join(&id);
    assert_eq!(std::fs::read(&staged).unwrap(), b"abcdefghij");
    assert_eq!(ann.storage().await, (0, 5_368_709_110, 0));
    let delete = ann
        .client
        .request(Method::DELETE, &format!("/uploads/{id}"));
    let answer = delete.header("tus-resumable", "1.0.0").send().await;
    assert_eq!(answer.status, 204);
    assert_eq!(ann.client.upload_offset(&id).await, None);
    assert!(!staged.exists());
    assert_eq!(ann.storage().await, (0, 5_368_709_120, 0));
}

/// Waits until something of a part, and so the request, has arrived. Small parts stay in memory
/// until they are complete.
pub(crate) async fn wait_until_written(app: &TestApp, id: &str) {
    let staged = app.data_dir().join("staged").join(id);
    for _ in 0..2000 {
        if std::fs::metadata(&staged).is_ok_and(|file| file.len() > 0) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("nothing arrived");
}

/// Sends the beginning of a part and keeps the connection.
pub(crate) fn begin_part(
    url: &str,
    token: &str,
    id: &str,
    length: usize,
    sent: &[u8],
) -> TcpStream {
    let address = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "PATCH /api/v1/uploads/{id} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
         Tus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nContent-Type: {OFFSET}\r\n\
         Content-Length: {length}\r\n\r\n"
    )
    .unwrap();
    stream.write_all(sent).unwrap();
    stream
}

#[tokio::test(flavor = "multi_thread")]
async fn what_arrived_before_a_break_is_kept() {
    let (mut app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let data: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 251) as u8).collect();
    let id = ann
        .client
        .create_upload(data.len() as u64, &[])
        .await
        .upload_id();
    let token = ann.client.token().unwrap();
    let stream = begin_part(app.url(), token, &id, data.len(), &data[..1_234_567]);
    drop(stream);
    wait_for_offset(&ann.client, &id, 1_234_567).await;
    app.restart().await;
    assert_eq!(ann.client.upload_offset(&id).await, Some(1_234_567));
    ann.client
        .append(&id, 1_234_567, &data[1_234_567..])
        .await
        .expect(204);
    assert_eq!(
        std::fs::read(app.data_dir().join("staged").join(&id)).unwrap(),
        data
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_request_at_a_time_writes_to_an_upload() {
    let (app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let data = vec![1; 600_000];
    let id = ann.client.create_upload(600_000, &[]).await.upload_id();
    let token = ann.client.token().unwrap();
    let mut first = begin_part(app.url(), token, &id, 600_000, &data[..300_000]);
    wait_until_written(&app, &id).await;
    ann.client.append(&id, 0, b"x").await.error(423, "CONFLICT");
    let delete = ann
        .client
        .request(Method::DELETE, &format!("/uploads/{id}"));
    let delete = delete.header("tus-resumable", "1.0.0").send().await;
    delete.error(423, "CONFLICT");
    first.write_all(&data[300_000..]).unwrap();
    let mut answer = [0; 12];
    first.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 204");
    assert_eq!(ann.client.upload_offset(&id).await, Some(600_000));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_without_end_is_cut_at_the_declared_length() {
    let (app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let id = ann.client.create_upload(100_000, &[]).await.upload_id();
    let address = app.url().trim_start_matches("http://").to_owned();
    let token = ann.client.token().unwrap();
    let mut stream = TcpStream::connect(&address).unwrap();
    write!(
        stream,
        "PATCH /api/v1/uploads/{id} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
         Tus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nContent-Type: {OFFSET}\r\n\
         Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    for _ in 0..100 {
        write!(stream, "1000\r\n").unwrap();
        stream.write_all(&[7; 4096]).unwrap();
        write!(stream, "\r\n").unwrap();
    }
    write!(stream, "0\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(answer.contains("PAYLOAD_TOO_LARGE"), "{answer}");
    assert!(ann.client.upload_offset(&id).await.unwrap() <= 100_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn abandoned_uploads_are_swept() {
    let app = unlimited()
        .env("STRONGROOM_UPLOAD_EXPIRY", "2")
        .env("STRONGROOM_SWEEP_INTERVAL", "1")
        .start()
        .await;
    let client = Client::new(app.url());
    let ann = Account::vault(&client, "ann@example.org").await;
    let abandoned = ann.client.create_upload(1000, b"abc").await.upload_id();
    let kept = ann.create_file(&ann.root, b"kept").await;
    let staged = app.data_dir().join("staged");
    std::fs::write(
        staged.join("00000000-0000-4000-8000-000000000000"),
        b"left over",
    )
    .unwrap();
    for _ in 0..500 {
        if std::fs::read_dir(&staged).unwrap().next().is_none() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(
        std::fs::read_dir(&staged).unwrap().next().is_none(),
        "nothing is left over"
    );
    assert_eq!(ann.client.upload_offset(&abandoned).await, None);
    assert_eq!(ann.storage().await, (4, 5_368_709_116, 1));
    let content = ann.client.get(&format!("/files/{kept}/content")).await;
    assert_eq!(content.body, b"kept");
}

/// A client that gets no `Location` cannot go on, so nothing may stay reserved for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_creation_holds_no_room() {
    let app = unlimited().start().await;
    let ann = Account::vault(&Client::new(app.url()), "ann@example.org").await;
    let before = ann.storage().await;
    let answer = ann.client.create_upload(100, &[7; 200]).await;
    answer.error(413, "PAYLOAD_TOO_LARGE");
    assert_eq!(ann.storage().await, before);
}
