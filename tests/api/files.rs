use harness::account::{Account, uuid, version};
use reqwest::Method;
use serde_json::{Value, json};

use crate::start;

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_address_serves_one_version_without_a_token() {
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let file = ann.create_file(&ann.root, b"first").await;
    let upload = ann.client.upload(b"second").await;
    let change = json!([{"type": "version", "node": file, "version": version(&upload)}]);
    ann.commit(change, &[&ann.root]).await.expect(200);

    let details = ann.client.get(&format!("/files/{file}")).await.data();
    assert_eq!(details["file_size"], 6);
    assert_eq!(details["encryption_algorithm"], "AES-256-GCM");
    assert_eq!(details["node"]["stored_size"], 11);
    let versions = details["versions"].as_array().unwrap();
    assert_eq!(versions.len(), 2);
    assert_eq!(versions[0]["id"], details["node"]["version_id"]);
    assert_eq!(versions[1]["stored_size"], 5);

    let download = ann
        .client
        .get(&format!("/files/{file}/download"))
        .await
        .data();
    assert_eq!(download["expires_in"], 300);
    let url = download["download_url"].as_str().unwrap();
    assert!(url.starts_with(client.url()));
    let answer = client.get(url).await;
    assert_eq!(answer.body, b"second");
    assert_eq!(
        answer.header("etag"),
        format!("\"{}\"", versions[0]["id"].as_str().unwrap())
    );
    assert_eq!(answer.header("cache-control"), "private, no-store");
    assert_eq!(answer.header("content-type"), "application/octet-stream");
    assert_eq!(answer.header("content-length"), "6");
    assert_eq!(answer.header("content-disposition"), "attachment");

    let old = versions[1]["id"].as_str().unwrap();
    let download = ann
        .client
        .get(&format!("/files/{file}/download?version={old}"))
        .await
        .data();
    assert_eq!(
        client
            .get(download["download_url"].as_str().unwrap())
            .await
            .body,
        b"first"
    );
    let direct = ann
        .client
        .get(&format!("/files/{file}/content?version={old}"))
        .await;
    assert_eq!(direct.body, b"first");
    let unknown = format!("/files/{file}/download?version={}", uuid());
    ann.client.get(&unknown).await.error(404, "NOT_FOUND");
    let bad = format!("/files/{file}/download?version=7");
    ann.client.get(&bad).await.error(400, "BAD_REQUEST");
    assert!(ann.client.get(&format!("/files/{file}")).await.data()["last_accessed"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_address_cannot_be_bent() {
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let file = ann.create_file(&ann.root, b"first").await;
    let other = ann.create_file(&ann.root, b"other").await;
    let download = ann
        .client
        .get(&format!("/files/{file}/download"))
        .await
        .data();
    let url = download["download_url"].as_str().unwrap().to_owned();
    let (_, query) = url.split_once('?').unwrap();
    let parameter = |name: &str| {
        query
            .split('&')
            .find_map(|pair| pair.strip_prefix(&format!("{name}=")))
            .unwrap()
            .to_owned()
    };
    let version =
        ann.client.get(&format!("/files/{other}")).await.data()["node"]["version_id"].clone();
    let expires: u64 = parameter("expires").parse().unwrap();
    let bent = [
        url.replace(&file, &other),
        url.replace(&parameter("version"), version.as_str().unwrap()),
        url.replace(&parameter("owner"), &uuid()),
        url.replace(
            &format!("expires={expires}"),
            &format!("expires={}", expires + 1),
        ),
        url.replace("signature=", "signature=A"),
        format!("{url}&signature=x"),
        url.replace(
            &format!("&signature={}", parameter("signature")),
            "&signature=",
        ),
    ];
    for url in bent {
        client.get(&url).await.error(400, "BAD_REQUEST");
    }
    let unsigned = format!("/files/{file}/content?version={}", parameter("version"));
    client.get(&unsigned).await.error(401, "UNAUTHORIZED");
    // It goes with the file.
    client.get(&url).await.expect(200);
    ann.commit(json!([{"type": "trash", "node": file}]), &[&ann.root])
        .await
        .expect(200);
    client.get(&url).await.error(410, "GONE");
    ann.commit(json!([{"type": "purge", "node": file}]), &[&ann.root])
        .await
        .expect(200);
    client.get(&url).await.error(410, "GONE");
}

#[tokio::test(flavor = "multi_thread")]
async fn ranges_are_served() {
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let data: Vec<u8> = (0..1_000_000_u32).map(|n| (n % 253) as u8).collect();
    let file = ann.create_file(&ann.root, &data).await;
    let path = format!("/files/{file}/content");
    let get = |range: &str| {
        ann.client
            .request(Method::GET, &path)
            .header("range", range)
    };
    let answer = get("bytes=262140-524300").send().await;
    assert_eq!(answer.status, 206);
    assert_eq!(
        answer.header("content-range"),
        "bytes 262140-524300/1000000"
    );
    assert_eq!(answer.header("content-length"), "262161");
    assert_eq!(answer.header("accept-ranges"), "bytes");
    assert_eq!(answer.body, &data[262_140..=524_300]);
    assert_eq!(get("bytes=-10").send().await.body, &data[999_990..]);
    assert_eq!(get("bytes=999999-").send().await.body, &data[999_999..]);
    let answer = get("bytes=1000000-").send().await;
    assert_eq!(
        answer.error(416, "RANGE_NOT_SATISFIABLE")["size"],
        1_000_000
    );
    assert_eq!(answer.header("content-range"), "bytes */1000000");
    let several = get("bytes=0-1,5-6").send().await;
    assert_eq!((several.status, several.body.len()), (200, 1_000_000));
    let etag = several.header("etag").to_owned();
    assert_eq!(
        get("bytes=0-1")
            .header("if-range", &etag)
            .send()
            .await
            .status,
        206
    );
    assert_eq!(
        get("bytes=0-1")
            .header("if-range", "\"other\"")
            .send()
            .await
            .status,
        200
    );
    let head = ann.client.head(&path).await;
    assert_eq!(
        (head.status, head.header("content-length")),
        (200, "1000000")
    );
    assert!(head.body.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_upload_is_an_empty_file() {
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let file = ann.create_file(&ann.root, b"").await;
    let answer = ann.client.get(&format!("/files/{file}/content")).await;
    assert_eq!((answer.status, answer.header("content-length")), (200, "0"));
    assert_eq!(ann.storage().await.2, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vaults_files_change_through_commits_only() {
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let file = ann.create_file(&ann.root, b"x").await;
    for id in [&file, &uuid()] {
        ann.client
            .delete(&format!("/files/{id}"))
            .await
            .error(428, "HEAD_REQUIRED");
        ann.client
            .delete(&format!("/files/{id}/permanent"))
            .await
            .error(428, "HEAD_REQUIRED");
        let restore = ann
            .client
            .post(&format!("/files/{id}/restore"), &json!({}))
            .await;
        restore.error(428, "HEAD_REQUIRED");
    }
    let bob = Account::bare(&client, "bob@example.org").await;
    bob.client
        .delete(&format!("/files/{file}"))
        .await
        .error(404, "NOT_FOUND");
    assert_eq!(bob.client.get("/files").await.data()["files"], json!([]));
    assert_eq!(ann.storage().await, (1, 5_368_709_119, 1));
    let data = ann.client.get("/user/storage").await.data();
    assert_eq!(data["largest_file"]["id"], json!(file));
    assert_eq!(data["percentage"], json!(0.0));
    assert_eq!(
        bob.client.get("/user/storage").await.data()["largest_file"],
        Value::Null
    );
}
