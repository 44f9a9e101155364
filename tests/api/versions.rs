//! Versions that are dropped, copied, and that have thumbnails.

use harness::account::{Account, create_file, create_folder, head, sealed, uuid, version};
use harness::client::Client;
use reqwest::Method;
use serde_json::{Value, json};

use crate::commits::blobs;
use crate::{start, unlimited};

fn copy(source: &str) -> Value {
    let mut copy = version("");
    let fields = copy.as_object_mut().unwrap();
    fields.remove("upload");
    fields.insert("copy_of".into(), json!(source));
    copy
}

fn new_version(node: &str, version: &Value) -> Value {
    json!({"type": "version", "node": node, "version": version})
}

fn drop_version(node: &str, version: &str) -> Value {
    json!({"type": "drop-version", "node": node, "version": version})
}

fn copied_file(id: &str, parent: &str, source: &str) -> Value {
    let mut change = create_folder(id, parent);
    change["kind"] = json!("file");
    change["version"] = copy(source);
    change
}

/// The ids of a file's versions, newest first.
async fn versions(ann: &Account, file: &str) -> Vec<String> {
    let details = ann.client.get(&format!("/files/{file}")).await.data();
    let versions = details["versions"].as_array().unwrap();
    versions
        .iter()
        .map(|version| version["id"].as_str().unwrap().to_owned())
        .collect()
}

/// Adds a version with such bytes and answers its id.
async fn add(ann: &Account, folder: &str, file: &str, data: &[u8]) -> String {
    let new = version(&ann.client.upload(data).await);
    ann.commit(json!([new_version(file, &new)]), &[folder])
        .await
        .expect(200);
    new["id"].as_str().unwrap().to_owned()
}

async fn content(ann: &Account, file: &str, version: &str) -> Vec<u8> {
    let path = format!("/files/{file}/content?version={version}");
    let answer = ann.client.get(&path).await;
    answer.expect(200);
    answer.body
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_version_gives_its_bytes_back() {
    let (app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let file = ann.create_file(&ann.root, b"one").await;
    let first = versions(&ann, &file).await.remove(0);
    let second = add(&ann, &ann.root, &file, b"second").await;
    let third = add(&ann, &ann.root, &file, b"the third").await;
    assert_eq!((ann.storage().await.0, blobs(&app)), (18, 3));
    let cursor = ann.client.get("/changes").await.data()["cursor"].clone();

    let change = json!([drop_version(&file, &second)]);
    ann.commit_with(change.clone(), vec![])
        .await
        .error(428, "HEAD_REQUIRED");
    let answer = ann.commit(change.clone(), &[&ann.root]).await.data();
    assert_eq!(answer["storage_used"], 12);
    assert_eq!((ann.storage().await.0, blobs(&app)), (12, 2));
    assert_eq!(versions(&ann, &file).await, [&*third, &first]);
    let gone = format!("/files/{file}/content?version={second}");
    ann.client.get(&gone).await.error(404, "NOT_FOUND");
    let path = format!("/changes?cursor={}", cursor.as_str().unwrap());
    let page = ann.client.get(&path).await.data();
    assert_eq!(page["changes"][0]["id"], json!(file));
    assert_eq!(page["changes"][0]["node"]["stored_size"], 12);
    assert_eq!(page["changes"][0]["node"]["version_id"], json!(third));

    // The newest one: the next takes its place, also in listings.
    ann.commit(json!([drop_version(&file, &third)]), &[&ann.root])
        .await
        .expect(200);
    let details = ann.client.get(&format!("/files/{file}")).await.data();
    assert_eq!(details["node"]["version_id"], json!(first));
    let listed = &ann.client.get("/files").await.data()["files"][0];
    assert_eq!(listed["file_size"], 3);
    assert_eq!(content(&ann, &file, &first).await, b"one");
    assert_eq!((ann.storage().await.0, blobs(&app)), (3, 1));

    // The last one stays, ids are spent, and what is not there cannot go.
    let other = ann.create_file(&ann.root, b"other").await;
    let others = versions(&ann, &other).await.remove(0);
    add(&ann, &ann.root, &other, b"more").await;
    let folder = ann.create_folder(&ann.root).await;
    let eve = Account::vault(&client, "eve@example.org").await;
    let theirs = eve.create_file(&eve.root, b"eve").await;
    let their_version = versions(&eve, &theirs).await.remove(0);
    add(&eve, &eve.root, &theirs, b"eve again").await;
    for (what, node, version) in [
        ("the last", &file, &first),
        ("again", &other, &second),
        ("another file's", &file, &others),
        ("a folder's", &folder, &first),
        ("nothing's", &uuid(), &others),
        ("no version", &other, &uuid()),
        ("another account's", &theirs, &their_version),
    ] {
        let change = json!([drop_version(node, version)]);
        let answer = ann.commit(change, &[&ann.root, &folder]).await;
        assert_eq!(
            answer.error(409, "CONFLICT"),
            json!({"change": 0}),
            "{what}"
        );
    }
    let mut again = version(&ann.client.upload(b"again").await);
    again["id"] = json!(second);
    ann.commit(json!([new_version(&file, &again)]), &[&ann.root])
        .await
        .error(409, "CONFLICT");
    assert_eq!(eve.storage().await.0, 12);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_shares_its_bytes_until_the_last_one_goes() {
    let (mut app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let folder = ann.create_folder(&ann.root).await;
    let file = ann.create_file(&folder, b"content").await;
    let source = versions(&ann, &file).await.remove(0);
    let (one, two) = (uuid(), uuid());
    let mut changes = json!([
        copied_file(&one, &ann.root, &source),
        copied_file(&two, &folder, &source)
    ]);
    let answer = ann.commit(changes.clone(), &[&ann.root, &folder]).await;
    assert_eq!(
        answer.data()["storage_used"],
        21,
        "every version counts in full"
    );
    assert_eq!((ann.storage().await.2, blobs(&app)), (3, 1));
    // A copy of a copy, as a new version, and one within the same commit.
    let copied = versions(&ann, &one).await.remove(0);
    let third = copy(&copied);
    let fourth = copy(third["id"].as_str().unwrap());
    changes = json!([new_version(&file, &third), new_version(&file, &fourth)]);
    ann.commit(changes, &[&folder]).await.expect(200);
    assert_eq!((ann.storage().await.0, blobs(&app)), (35, 1));
    for (file, version) in [
        (&file, source.as_str()),
        (&one, &copied),
        (&file, fourth["id"].as_str().unwrap()),
    ] {
        assert_eq!(content(&ann, file, version).await, b"content");
    }

    // The source goes, and then all others but one.
    ann.commit(json!([drop_version(&file, &source)]), &[&folder])
        .await
        .expect(200);
    assert_eq!((ann.storage().await.0, blobs(&app)), (28, 1));
    let late = json!([copied_file(&uuid(), &ann.root, &source)]);
    ann.commit(late, &[&ann.root]).await.error(409, "CONFLICT");
    ann.commit(json!([{"type": "purge", "node": folder}]), &[&ann.root])
        .await
        .expect(200);
    assert_eq!((ann.storage().await.0, blobs(&app)), (7, 1));
    app.restart().await;
    assert_eq!(content(&ann, &one, &copied).await, b"content");
    ann.commit(json!([{"type": "purge", "node": one}]), &[&ann.root])
        .await
        .expect(200);
    assert_eq!((ann.storage().await.0, blobs(&app)), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn shared_bytes_go_when_all_that_have_them_go_at_once() {
    let (app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let folder = ann.create_folder(&ann.root).await;
    let file = ann.create_file(&folder, b"content").await;
    let source = versions(&ann, &file).await.remove(0);
    let (one, two) = (uuid(), uuid());
    let changes = json!([
        copied_file(&one, &folder, &source),
        copied_file(&two, &ann.root, &source)
    ]);
    ann.commit(changes, &[&ann.root, &folder]).await.expect(200);
    let changes = json!([{"type": "purge", "node": two}, {"type": "purge", "node": folder}]);
    ann.commit(changes, &[&ann.root]).await.expect(200);
    assert_eq!((ann.storage().await.0, blobs(&app)), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_needs_a_source_of_ones_own_and_room() {
    let mut app = unlimited()
        .env("STRONGROOM_QUOTA", "100")
        .env("STRONGROOM_SWEEP_INTERVAL", "1")
        .start()
        .await;
    let client = Client::new(app.url());
    let ann = Account::vault(&client, "ann@example.org").await;
    let eve = Account::vault(&client, "eve@example.org").await;
    let file = ann.create_file(&ann.root, &[1; 60]).await;
    let source = versions(&ann, &file).await.remove(0);
    let theirs = eve.create_file(&eve.root, b"eve").await;
    let their_version = versions(&eve, &theirs).await.remove(0);
    let full = ann
        .commit(
            json!([copied_file(&uuid(), &ann.root, &source)]),
            &[&ann.root],
        )
        .await
        .error(402, "STORAGE_QUOTA_EXCEEDED");
    assert_eq!(
        (&full["needed"], &full["used"], &full["limit"]),
        (&json!(60), &json!(60), &json!(100))
    );
    for (what, source) in [("nothing", uuid()), ("another account's", their_version)] {
        let change = json!([copied_file(&uuid(), &ann.root, &source)]);
        let answer = ann.commit(change, &[&ann.root]).await;
        assert_eq!(
            answer.error(409, "CONFLICT"),
            json!({"change": 0}),
            "{what}"
        );
    }
    // What is in the trash has a copy still; what makes room first is enough.
    ann.commit(json!([{"type": "trash", "node": file}]), &[&ann.root])
        .await
        .expect(200);
    let other = ann.create_file(&ann.root, &[2; 40]).await;
    let changes = json!([
        {"type": "purge", "node": other},
        copied_file(&uuid(), &ann.root, &source)
    ]);
    ann.commit(changes, &[&ann.root])
        .await
        .error(402, "STORAGE_QUOTA_EXCEEDED");
    let small = versions(&ann, &other).await.remove(0);
    let copy = uuid();
    let changes = json!([
        {"type": "purge", "node": file},
        copied_file(&copy, &ann.root, &small)
    ]);
    ann.commit(changes, &[&ann.root]).await.expect(200);
    // One of them is Eve's.
    assert_eq!((ann.storage().await.0, blobs(&app)), (80, 2));
    // The sweeper looks at every blob when the server starts, and leaves those that are named.
    let version = versions(&ann, &copy).await.remove(0);
    ann.commit(json!([{"type": "purge", "node": other}]), &[&ann.root])
        .await
        .expect(200);
    app.restart().await;
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
    assert_eq!(content(&ann, &copy, &version).await, [2; 40]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_has_its_bytes_from_one_place() {
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let file = ann.create_file(&ann.root, b"ten bytes!").await;
    let source = versions(&ann, &file).await.remove(0);
    let upload = ann.client.upload(b"ten bytes!").await;
    let uploaded = |edit: &dyn Fn(&mut Value)| {
        let mut new = version(&upload);
        edit(&mut new);
        new
    };
    let copied = |edit: &dyn Fn(&mut Value)| {
        let mut new = copy(&source);
        edit(&mut new);
        new
    };
    for (field, new) in [
        ("upload", uploaded(&|v| v["copy_of"] = json!(source))),
        ("upload", uploaded(&|v| v["upload"] = Value::Null)),
        ("copy_of", copied(&|v| v["copy_of"] = json!("7"))),
        ("thumbnail", copied(&|v| v["thumbnail"] = json!(1))),
        ("thumbnail", uploaded(&|v| v["thumbnail"] = json!(65_537))),
        ("thumbnail", uploaded(&|v| v["thumbnail"] = json!(10))),
        ("thumbnail", uploaded(&|v| v["thumbnail"] = json!(-1))),
    ] {
        let details = ann
            .commit(json!([new_version(&file, &new)]), &[&ann.root])
            .await
            .error(422, "VALIDATION_ERROR");
        let name = format!("changes[0].version.{field}");
        assert!(details["fields"][&name].is_string(), "{name}: {details}");
    }
    let form = json!({"type": "drop-version", "node": file, "version": version(&upload)});
    let details = ann
        .commit(json!([form]), &[&ann.root])
        .await
        .error(422, "VALIDATION_ERROR");
    assert!(details["fields"]["changes[0].version"].is_string());
    ann.commit(json!([new_version(&file, &version(&upload))]), &[&ann.root])
        .await
        .expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thumbnail_is_the_end_of_the_bytes() {
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let eve = Account::vault(&client, "eve@example.org").await;
    let upload = ann.client.upload(b"contentTHUMB").await;
    let file = uuid();
    let mut change = create_file(&file, &ann.root, &upload);
    change["version"]["thumbnail"] = json!(5);
    ann.commit(json!([change]), &[&ann.root]).await.expect(200);
    let path = format!("/files/{file}/thumbnail");
    let answer = ann.client.get(&path).await;
    answer.expect(200);
    assert_eq!(answer.body, b"THUMB");
    assert_eq!(answer.header("content-type"), "application/octet-stream");
    assert_eq!(answer.header("content-length"), "5");
    assert_eq!(answer.header("cache-control"), "private, no-cache");
    let etag = answer.header("etag").to_owned();
    let ask = |name: &str, value: &str| {
        let request = ann.client.request(Method::GET, &path);
        request.header(name, value)
    };
    let again = ask("if-none-match", &etag).send().await;
    assert_eq!((again.status, again.body.len()), (304, 0));
    assert_eq!(again.header("etag"), etag);
    let other = ask("if-none-match", "\"other\"").send().await;
    assert_eq!((other.status, &*other.body), (200, &b"THUMB"[..]));
    let range = ask("range", "bytes=0-1").send().await;
    assert_eq!((range.status, &*range.body), (200, &b"THUMB"[..]));
    // All bytes are content for whoever downloads.
    let whole = ann.client.get(&format!("/files/{file}/content")).await;
    assert_eq!(whole.body, b"contentTHUMB");

    // A copy has its source's; a version without one has none.
    let source = versions(&ann, &file).await.remove(0);
    let copied = uuid();
    ann.commit(
        json!([copied_file(&copied, &ann.root, &source)]),
        &[&ann.root],
    )
    .await
    .expect(200);
    let copied_path = format!("/files/{copied}/thumbnail");
    assert_eq!(ann.client.get(&copied_path).await.body, b"THUMB");
    add(&ann, &ann.root, &file, b"plain").await;
    ann.client.get(&path).await.error(404, "NOT_FOUND");
    let old = ann.client.get(&format!("{path}?version={source}")).await;
    assert_eq!(old.body, b"THUMB");
    assert_eq!(old.header("cache-control"), "private, max-age=86400");

    for (path, status, code) in [
        (format!("/files/{}/thumbnail", uuid()), 404, "NOT_FOUND"),
        (format!("{path}?version={}", uuid()), 404, "NOT_FOUND"),
        (format!("{copied_path}?version={source}"), 404, "NOT_FOUND"),
        (format!("{path}?version=7"), 400, "BAD_REQUEST"),
        ("/files/7/thumbnail".to_owned(), 400, "BAD_REQUEST"),
        (format!("/files/{}/thumbnail", ann.root), 404, "NOT_FOUND"),
    ] {
        ann.client.get(&path).await.error(status, code);
    }
    eve.client.get(&copied_path).await.error(404, "NOT_FOUND");
    client.get(&copied_path).await.error(401, "UNAUTHORIZED");
    // What is in the trash shows what it is; what is purged does not.
    let change = |kind: &str| json!([{"type": kind, "node": copied}]);
    ann.commit(change("trash"), &[&ann.root]).await.expect(200);
    ann.client.get(&copied_path).await.expect(200);
    ann.commit(change("purge"), &[&ann.root]).await.expect(200);
    ann.client.get(&copied_path).await.error(410, "GONE");
}

#[tokio::test(flavor = "multi_thread")]
async fn dropping_versions_is_possible_when_records_are_full() {
    let app = unlimited()
        .env("STRONGROOM_RECORD_LIMIT", "12000")
        .start()
        .await;
    let client = Client::new(app.url());
    let ann = Account::vault(&client, "ann@example.org").await;
    let file = ann.create_file(&ann.root, b"1").await;
    let mut last = String::new();
    loop {
        let mut new = version(&ann.client.upload(b"2").await);
        new["record"] = json!(sealed(2000));
        let answer = ann
            .commit(json!([new_version(&file, &new)]), &[&ann.root])
            .await;
        if answer.status != 200 {
            answer.error(402, "STORAGE_QUOTA_EXCEEDED");
            break;
        }
        last = new["id"].as_str().unwrap().to_owned();
    }
    let heads = vec![head(&ann.root, ann.seq("root").await)];
    ann.commit_with(json!([drop_version(&file, &last)]), heads)
        .await
        .expect(200);
}
