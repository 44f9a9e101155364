//! Moving files and folders.

use harness::account::{Account, create_file, create_folder, head, sealed, uuid};
use serde_json::{Value, json};

use crate::start;

fn relocate(node: &str, parent: &str) -> Value {
    json!({"type": "move", "node": node, "parent": parent, "wrapped_key": sealed(104)})
}

async fn node(ann: &Account, id: &str) -> Value {
    let page = ann
        .client
        .get(&format!("/folders/{id}/children?limit=1"))
        .await;
    if page.status == 200 {
        return page.data()["folder"].clone();
    }
    ann.client.get(&format!("/files/{id}")).await.data()["node"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_goes_with_all_below_and_keeps_its_epoch() {
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let from = ann.create_folder(&ann.root).await;
    let to = ann.create_folder(&ann.root).await;
    let folder = ann.create_folder(&from).await;
    let file = ann.create_file(&folder, b"hello").await;
    let before = (node(&ann, &folder).await, ann.storage().await);
    let cursor = ann.client.get("/changes").await.data()["cursor"].clone();

    let change = relocate(&folder, &to);
    let details = ann
        .commit_with(json!([change]), vec![])
        .await
        .error(428, "HEAD_REQUIRED");
    let mut required = [&from, &to].map(|id| json!(id));
    required.sort_by_key(ToString::to_string);
    assert_eq!(details["folders"], json!(required));
    ann.commit(json!([change]), &[&from, &to]).await.expect(200);

    let after = node(&ann, &folder).await;
    assert_eq!(after["parent_id"], json!(to));
    assert_eq!(after["wrapped_key"], change["wrapped_key"]);
    for same in ["id", "epoch", "metadata", "created_at", "trashed_at"] {
        assert_eq!(after[same], before.0[same], "{same}");
    }
    assert_eq!(ann.storage().await, before.1);
    assert_eq!(
        ann.client.get(&format!("/files/{file}/content")).await.body,
        b"hello"
    );
    let children = async |id: &str| {
        let page = ann.client.get(&format!("/folders/{id}/children")).await;
        page.data()["children"].as_array().unwrap().len()
    };
    assert_eq!((children(&from).await, children(&to).await), (0, 1));

    // One entry in the feed, and the heads of both folders.
    let path = format!("/changes?cursor={}", cursor.as_str().unwrap());
    let page = ann.client.get(&path).await.data();
    assert_eq!(
        page["changes"],
        json!([{"id": folder, "parent_id": to, "node": after}])
    );
    let mut heads: Vec<&str> = page["heads"]
        .as_array()
        .unwrap()
        .iter()
        .map(|head| head["node"].as_str().unwrap())
        .collect();
    heads.sort_unstable();
    let mut both = [from.as_str(), &to];
    both.sort_unstable();
    assert_eq!(heads, both);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_that_does_not_fit_changes_nothing() {
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let eve = Account::vault(&client, "eve@example.org").await;
    let outer = ann.create_folder(&ann.root).await;
    let middle = ann.create_folder(&outer).await;
    let inner = ann.create_folder(&middle).await;
    let file = ann.create_file(&outer, b"x").await;
    let purged = ann.create_folder(&ann.root).await;
    ann.commit(json!([{"type": "purge", "node": purged}]), &[&ann.root])
        .await
        .expect(200);
    let theirs = eve.create_folder(&eve.root).await;
    let folders = [&*ann.root, &*outer, &*middle, &*inner];
    for (what, id, parent) in [
        ("into itself", &outer, &outer),
        ("into its child", &outer, &middle),
        ("deep below itself", &outer, &inner),
        ("to where it is", &middle, &outer),
        ("a file to where it is", &file, &outer),
        ("into a file", &middle, &file),
        ("a file into itself", &file, &file),
        ("the root", &ann.root, &outer),
        ("into nothing", &middle, &uuid()),
        ("nothing", &uuid(), &outer),
        ("into what is purged", &middle, &purged),
        ("what is purged", &purged, &outer),
        ("into another account", &middle, &theirs),
        ("from another account", &theirs, &outer),
    ] {
        let answer = ann.commit(json!([relocate(id, parent)]), &folders).await;
        assert_eq!(
            answer.error(409, "CONFLICT"),
            json!({"change": 0}),
            "{what}"
        );
    }
    assert_eq!(node(&ann, &middle).await["parent_id"], json!(outer));
    let mut bad = relocate(&middle, &ann.root);
    bad["wrapped_key"] = json!(sealed(103));
    let details = ann
        .commit(json!([bad]), &[&outer, &ann.root])
        .await
        .error(422, "VALIDATION_ERROR");
    assert!(details["fields"]["changes[0].wrapped_key"].is_string());

    // What was a loop is none any more once the way down is gone.
    let changes = json!([relocate(&middle, &ann.root), relocate(&outer, &inner)]);
    ann.commit(changes, &[&ann.root, &outer, &inner])
        .await
        .expect(200);
    assert_eq!(node(&ann, &outer).await["parent_id"], json!(inner));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_however_deep_is_not_moved_below_itself() {
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    // Deeper than any limit that a search could have by mistake.
    let mut deepest = ann.root.clone();
    let mut top = String::new();
    for _ in 0..3 {
        let ids: Vec<String> = (0..999).map(|_| uuid()).collect();
        let mut heads = vec![head(&deepest, ann.seq(&deepest).await)];
        let mut changes = Vec::new();
        for id in &ids {
            changes.push(create_folder(id, &deepest));
            heads.push(head(id, 0));
            deepest.clone_from(id);
        }
        ann.commit_with(json!(changes), heads).await.expect(200);
        if top.is_empty() {
            top.clone_from(&ids[0]);
        }
    }
    ann.commit(json!([relocate(&top, &deepest)]), &[&ann.root, &deepest])
        .await
        .error(409, "CONFLICT");
    ann.commit(json!([{"type": "purge", "node": top}]), &[&ann.root])
        .await
        .expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_trash_holds_what_is_moved_into_it_and_gives_back_what_is_moved_out() {
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let bin = ann.create_folder(&ann.root).await;
    let folder = ann.create_folder(&ann.root).await;
    let kept = ann.create_file(&folder, b"1").await;
    let alone = ann.create_file(&folder, b"2").await;
    let live = async || {
        let list = ann.client.get("/files").await.data();
        assert_eq!(
            list["pagination"]["total"],
            list["files"].as_array().unwrap().len()
        );
        list["files"].as_array().unwrap().len()
    };
    let trash = |id: &str| json!([{"type": "trash", "node": id}]);
    ann.commit(trash(&bin), &[&ann.root]).await.expect(200);
    ann.commit(trash(&alone), &[&folder]).await.expect(200);
    assert_eq!(live().await, 1);
    ann.commit(json!([relocate(&folder, &bin)]), &[&ann.root, &bin])
        .await
        .expect(200);
    assert_eq!(live().await, 0);
    let hidden = ann.client.get(&format!("/files/{kept}/content")).await;
    hidden.error(410, "GONE");
    ann.commit(json!([relocate(&folder, &ann.root)]), &[&ann.root, &bin])
        .await
        .expect(200);
    assert_eq!(live().await, 1, "what was trashed on its own stays there");
    // What is in the trash itself stays there wherever it goes.
    ann.commit(json!([relocate(&alone, &ann.root)]), &[&ann.root, &folder])
        .await
        .expect(200);
    assert_eq!(live().await, 1);
    assert!(node(&ann, &alone).await["trashed_at"].is_string());
    ann.commit(
        json!([{"type": "restore", "node": alone}]),
        &[ann.root.as_str()],
    )
    .await
    .expect(200);
    assert_eq!((live().await, ann.storage().await.2), (2, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_moved_into_a_purged_folder_is_told_of() {
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let from = ann.create_folder(&ann.root).await;
    let to = ann.create_folder(&ann.root).await;
    let moved = ann.create_file(&from, b"1").await;
    let native = ann.create_file(&to, b"2").await;
    let cursor = ann.client.get("/changes").await.data()["cursor"].clone();
    ann.commit(json!([relocate(&moved, &to)]), &[&from, &to])
        .await
        .expect(200);
    ann.commit(json!([{"type": "purge", "node": to}]), &[&ann.root])
        .await
        .expect(200);
    let path = format!("/changes?cursor={}", cursor.as_str().unwrap());
    let page = ann.client.get(&path).await.data();
    let mut gone: Vec<&str> = page["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| {
            assert_eq!(change["node"], Value::Null);
            change["id"].as_str().unwrap()
        })
        .collect();
    gone.sort_unstable();
    let mut expected = [moved.as_str(), &to];
    expected.sort_unstable();
    assert_eq!(gone, expected, "{native} went with its folder");
    // A move and what is made meanwhile are one commit, or none.
    let upload = ann.client.upload(b"3").await;
    let file = uuid();
    let changes = json!([
        create_file(&file, &from, &upload),
        relocate(&file, &ann.root)
    ]);
    ann.commit(changes, &[&from, &ann.root]).await.expect(200);
    assert_eq!(node(&ann, &file).await["parent_id"], json!(ann.root));
}
