//! A folder of ten thousand nodes, each change of which is one commit.

use harness::account::{Account, create_folder, head, sealed, uuid, version};
use serde_json::{Value, json};

use crate::commits::blobs;
use crate::start;

const FOLDERS: usize = 100;
const FILES: usize = 99;

/// Makes a tree of 10,000 nodes in a folder: chains of ten folders, with files in each. Every tenth
/// file has bytes of its own, the others share those of a version.
async fn grow(ann: &Account, top: &str) -> usize {
    let mut own = 0;
    let first = ann.create_file(top, b"shared").await;
    let details = ann.client.get(&format!("/files/{first}")).await.data();
    let shared = details["versions"][0]["id"].clone();
    let mut parent = top.to_owned();
    for number in 0..FOLDERS {
        if number % 10 == 0 {
            parent = top.to_owned();
        }
        let folder = uuid();
        let mut changes = vec![create_folder(&folder, &parent)];
        for file in 0..FILES {
            let mut change = create_folder(&uuid(), &folder);
            change["kind"] = json!("file");
            let upload = if number % 10 == 0 && file % 10 == 0 {
                own += 1;
                ann.client.upload(b"single").await
            } else {
                String::new()
            };
            let mut new = version(&upload);
            if upload.is_empty() {
                let fields = new.as_object_mut().unwrap();
                fields.remove("upload");
                fields.insert("copy_of".into(), shared.clone());
            }
            change["version"] = new;
            changes.push(change);
        }
        let heads = vec![head(&parent, ann.seq(&parent).await), head(&folder, 0)];
        ann.commit_with(json!(changes), heads).await.expect(200);
        parent = folder;
    }
    // One of the shared bytes' names is not below a folder.
    own + 1
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_nodes_go_in_one_commit() {
    let (app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let top = ann.create_folder(&ann.root).await;
    let other = ann.create_folder(&ann.root).await;
    let kept = ann.create_file(&ann.root, b"kept").await;
    let stored = grow(&ann, &top).await;
    let files = (FOLDERS * FILES + 1) as u64;
    let full = (files * 6 + 4, 5_368_709_120 - files * 6 - 4, files + 1);
    assert_eq!((ann.storage().await, blobs(&app)), (full, stored + 1));
    let live = async || {
        let list = ann.client.get("/files?limit=1").await.data();
        list["pagination"]["total"].as_u64().unwrap()
    };
    let mut cursor = ann.client.get("/changes").await.data()["cursor"].clone();
    while ann
        .client
        .get(&format!("/changes?cursor={}", cursor.as_str().unwrap()))
        .await
        .data()["more"]
        == true
    {
        let path = format!("/changes?cursor={}", cursor.as_str().unwrap());
        cursor = ann.client.get(&path).await.data()["cursor"].clone();
    }
    let path = format!("/changes?cursor={}", cursor.as_str().unwrap());
    cursor = ann.client.get(&path).await.data()["cursor"].clone();

    let relocate = |parent: &str| json!({"type": "move", "node": top, "parent": parent, "wrapped_key": sealed(104)});
    let change = |kind: &str| json!({"type": kind, "node": top});
    // As often as a commit has changes: that would keep everybody else waiting.
    let often: Vec<Value> = (0..1000)
        .map(|n| change(if n % 2 == 0 { "trash" } else { "restore" }))
        .collect();
    let details = ann
        .commit(json!(often), &[&ann.root])
        .await
        .error(422, "VALIDATION_ERROR");
    assert!(details["fields"]["changes"].is_string());
    assert_eq!(live().await, files + 1, "nothing of it happened");
    let steps: [(Value, &[&str], u64); 5] = [
        (change("trash"), &[&ann.root], 1),
        (relocate(&other), &[&ann.root, &other], 1),
        (change("restore"), &[&other], files + 1),
        (relocate(&ann.root), &[&ann.root, &other], files + 1),
        (change("purge"), &[&ann.root], 1),
    ];
    for (change, folders, left) in steps {
        ann.commit(json!([change]), folders).await.expect(200);
        assert_eq!(live().await, left, "{change}");
        let path = format!("/changes?cursor={}", cursor.as_str().unwrap());
        let page = ann.client.get(&path).await.data();
        let told = page["changes"].as_array().unwrap();
        assert_eq!((told.len(), &told[0]["id"]), (1, &json!(top)), "{change}");
        assert_eq!(page["more"], false);
        cursor = page["cursor"].clone();
    }
    assert_eq!(ann.storage().await, (4, 5_368_709_116, 1));
    assert_eq!(blobs(&app), 1, "the bytes are gone before the answer");
    let content = ann.client.get(&format!("/files/{kept}/content")).await;
    assert_eq!(content.body, b"kept");
}
