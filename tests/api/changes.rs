use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::account::{Account, create_folder, head, sealed, uuid};
use serde_json::{Value, json};

use crate::start;

/// Reads the feed to its end, and answers the records, the heads and the last cursor.
async fn read(ann: &Account, cursor: Option<&str>) -> (Vec<Value>, Vec<Value>, String) {
    let (mut changes, mut heads) = (Vec::new(), Vec::new());
    let mut cursor = cursor.map(str::to_owned);
    loop {
        let query = cursor.map_or_else(String::new, |cursor| format!("?cursor={cursor}"));
        let page = ann.client.get(&format!("/changes{query}")).await.data();
        changes.extend(page["changes"].as_array().unwrap().clone());
        heads.extend(page["heads"].as_array().unwrap().clone());
        let next = page["cursor"].as_str().unwrap().to_owned();
        if page["more"] == false {
            return (changes, heads, next);
        }
        cursor = Some(next);
    }
}

fn ids(changes: &[Value]) -> Vec<&str> {
    changes
        .iter()
        .map(|change| change["id"].as_str().unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_feed_tells_what_changed_since() {
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let (changes, heads, start) = read(&ann, None).await;
    assert_eq!(ids(&changes), [&ann.root]);
    assert_eq!(changes[0]["parent_id"], Value::Null);
    assert_eq!((heads.len(), &heads[0]["seq"]), (1, &json!(1)));
    assert_eq!(read(&ann, Some(&start)).await.0.len(), 0);

    let folder = ann.create_folder(&ann.root).await;
    let file = ann.create_file(&folder, b"x").await;
    let (changes, heads, cursor) = read(&ann, Some(&start)).await;
    assert_eq!(ids(&changes), [&folder, &file]);
    assert_eq!(changes[1]["parent_id"], json!(folder));
    assert_eq!(changes[1]["node"]["kind"], "file");
    assert_eq!(changes[1]["node"]["stored_size"], 1);
    let heads: BTreeMap<&str, u64> = heads
        .iter()
        .map(|head| {
            (
                head["node"].as_str().unwrap(),
                head["seq"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        heads,
        BTreeMap::from([(ann.root.as_str(), 2), (folder.as_str(), 2)])
    );

    // A commit's answer is a place in the feed as well.
    let metadata =
        json!([{"type": "metadata", "node": file, "metadata": {"rev": 2, "sealed": sealed(200)}}]);
    let committed = ann.commit(metadata, &[&folder]).await.data();
    let (changes, heads, next) = read(&ann, Some(&cursor)).await;
    assert_eq!(ids(&changes), [&file]);
    assert_eq!(changes[0]["node"]["metadata"]["rev"], 2);
    assert_eq!(heads.len(), 1);
    assert_eq!(committed["cursor"].as_str().unwrap().len(), next.len());
    assert_eq!(read(&ann, committed["cursor"].as_str()).await.0.len(), 0);

    // A purged folder is one entry; who never saw it is not told.
    ann.commit(json!([{"type": "purge", "node": folder}]), &[&ann.root])
        .await
        .expect(200);
    let (changes, heads, _) = read(&ann, Some(&next)).await;
    assert_eq!(
        changes,
        [json!({"id": folder, "parent_id": ann.root, "node": null})]
    );
    assert_eq!((heads.len(), &heads[0]["seq"]), (1, &json!(3)));
    assert_eq!(ids(&read(&ann, None).await.0), [&ann.root]);
    assert_eq!(ids(&read(&ann, Some(&start)).await.0), [&folder]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_never_splits_a_commit() {
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let mut commits = Vec::new();
    for seq in 1..=7 {
        let ids: Vec<String> = (0..900).map(|_| uuid()).collect();
        let changes: Vec<Value> = ids.iter().map(|id| create_folder(id, &ann.root)).collect();
        let mut heads: Vec<Value> = ids.iter().map(|id| head(id, 0)).collect();
        heads.push(head(&ann.root, seq));
        ann.commit_with(json!(changes), heads).await.expect(200);
        commits.push(ids);
    }
    let first = ann.client.get("/changes").await.data();
    let second = ann
        .client
        .get(&format!(
            "/changes?cursor={}",
            first["cursor"].as_str().unwrap()
        ))
        .await
        .data();
    let sizes = [&first, &second].map(|page| page["changes"].as_array().unwrap().len());
    assert_eq!(sizes, [1 + 5 * 900, 2 * 900]);
    assert_eq!(
        (&first["more"], &second["more"]),
        (&json!(true), &json!(false))
    );
    // Each head stands where it last moved: the root's is in the last page.
    let root_in = |page: &Value| {
        page["heads"]
            .as_array()
            .unwrap()
            .iter()
            .any(|head| head["node"] == json!(ann.root))
    };
    assert!(!root_in(&first) && root_in(&second));
    let told: Vec<&str> = second["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c["id"].as_str().unwrap())
        .collect();
    for id in commits[5..].iter().flatten() {
        assert!(told.contains(&id.as_str()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cursors_are_checked() {
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let bob = Account::vault(&client, "bob@example.org").await;
    for _ in 0..3 {
        bob.create_folder(&bob.root).await;
    }
    let ahead = read(&bob, None).await.2;
    ann.create_folder(&ann.root).await;
    // As if a backup had been restored, and the place been reached again in another way.
    let known = read(&ann, None).await.2;
    let mut other = URL_SAFE_NO_PAD.decode(&known).unwrap();
    *other.last_mut().unwrap() ^= 1;
    let other = URL_SAFE_NO_PAD.encode(other);
    for cursor in ["", "x", "%00", "AAAA", &ahead, &other] {
        for wait in ["", "&wait=20"] {
            ann.client
                .get(&format!("/changes?cursor={cursor}{wait}"))
                .await
                .error(400, "BAD_REQUEST");
        }
    }
    assert_eq!(read(&ann, Some(&known)).await.0.len(), 0);
}
