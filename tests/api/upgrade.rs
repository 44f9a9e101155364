//! Data of earlier releases, and of later ones.

use std::fs;
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;
use std::process::Command;

use harness::TestApp;
use harness::account::login;
use harness::app::binary;
use harness::client::Client;
use harness::device::Device;
use protocol::NodeId;
use serde_json::json;

use crate::unlimited;

/// Where a SQLite file keeps the number of its newest migration, as four bytes.
const USER_VERSION: u64 = 60;

fn first_release() -> PathBuf {
    PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/fixtures/first-release"
    ))
}

/// What the files in the fixture contain.
fn content(n: u32, length: u32) -> Vec<u8> {
    (0..length)
        .map(|i| ((i * 31 + n * 17) % 251) as u8)
        .collect()
}

fn id(text: &str) -> NodeId {
    text.parse().unwrap()
}

async fn sign_in(app: &TestApp) -> Device {
    let password = "correct horse battery staple";
    Device::sign_in(app.url(), "ann@example.org", password, None)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_of_the_first_release_opens() {
    let mut app = unlimited().data(&first_release()).start().await;
    for _ in 0..2 {
        let mut ann = sign_in(&app).await;
        let view = ann.open().await.unwrap();
        assert!(view.verified && view.findings.is_empty(), "{view:?}");
        let mut entries: Vec<_> = view
            .entries
            .iter()
            .map(|entry| (entry.id, &*entry.name, entry.size, entry.trashed.is_some()))
            .collect();
        entries.sort_unstable();
        let text = id("047215b5-c44d-4540-946a-28612c879456");
        let empty = id("9fe28a10-3e52-4fe4-971a-f5106f5ebdb5");
        let trashed = id("efed6dd9-e070-4810-9b2a-678e0d013d3f");
        assert_eq!(
            entries,
            [
                (text, "Übersicht 2026.txt", 20_000, false),
                (empty, "empty, renamed", 0, false),
                (trashed, "trashed.bin", 5_000, true),
            ]
        );
        assert_eq!(ann.download(text).await.unwrap(), content(1, 20_000));
        assert_eq!(ann.download(empty).await.unwrap(), b"");
        // A second time with the server of today only.
        app.restart().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_of_the_first_release_goes_on() {
    let app = unlimited().data(&first_release()).start().await;
    let mut ann = sign_in(&app).await;
    ann.open().await.unwrap();
    let trashed = id("efed6dd9-e070-4810-9b2a-678e0d013d3f");
    ann.restore(&[trashed]).await.unwrap();
    assert_eq!(ann.download(trashed).await.unwrap(), content(3, 5_000));
    let new = ann.upload("new", &content(5, 1_000)).await.unwrap();
    assert_eq!(ann.download(new).await.unwrap(), content(5, 1_000));
    ann.change_password("correct horse battery staple", "another one")
        .await
        .unwrap();
    let mut again = Device::sign_in(app.url(), "ann@example.org", "another one", None)
        .await
        .unwrap();
    let view = again.open().await.unwrap();
    assert!(view.verified && view.entries.len() == 4, "{view:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_first_release_counted_still_counts() {
    let app = unlimited().data(&first_release()).start().await;
    let client = Client::new(app.url());
    let wrong = login(&client, "ann@example.org", "wrong").await;
    wrong.error(401, "INVALID_CREDENTIALS");
    let ann = sign_in(&app).await;
    let client = client.with_token(ann.token());
    let storage = client.get("/user/storage").await.data();
    assert_eq!(storage["file_count"], 3);
    assert_eq!(storage["used"], 20_568 + 5_192 + 72);
    let files = client.get("/files?sort_by=encrypted_filename").await.data();
    assert_eq!(files["pagination"]["total"], 2);
    let trash = client.get("/files?deleted=true").await.data();
    assert_eq!(trash["pagination"]["total"], 1);
    let purged = client
        .get("/files/b6041247-600e-4c44-b0cf-0a905865b8d3")
        .await;
    purged.error(410, "GONE");
    // Sessions of that time have no more than their dates.
    let sessions = client.get("/user/sessions").await.data();
    let sessions = sessions["sessions"].as_array().unwrap();
    assert_eq!(sessions.len(), 2);
    assert_eq!(sessions[1]["client"], json!(null));
    assert_eq!(sessions[1]["address"], json!(null));
    assert_eq!(sessions[1]["last_used_at"], sessions[1]["created_at"]);
}

#[test]
fn a_database_of_a_later_release_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let database = dir.path().join("strongroom.db");
    fs::copy(first_release().join("strongroom.db"), &database).unwrap();
    let file = fs::File::options().write(true).open(&database).unwrap();
    file.write_all_at(&99_u32.to_be_bytes(), USER_VERSION)
        .unwrap();
    let before = fs::read(&database).unwrap();
    let output = Command::new(binary())
        .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
        .arg(dir.path())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        !output.status.success() && !said.contains("panicked"),
        "{said}"
    );
    for part in [
        "cannot open the database",
        "newer release",
        "99",
        dir.path().to_str().unwrap(),
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert_eq!(fs::read(&database).unwrap(), before, "nothing was written");
}
