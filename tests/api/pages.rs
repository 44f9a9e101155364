//! What is large is bounded in bytes: answers, bodies, and what one commit may concern.

use std::fs;

use harness::TestApp;
use harness::account::{Account, create_file, create_folder, head, sealed, uuid, version};
use reqwest::Method;
use serde_json::{Value, json};

use crate::start;

/// Nodes with metadata of so many bytes, made in commits that are as large as allowed.
async fn large_folders(ann: &Account, count: usize, bytes: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for _ in 0..count.div_ceil(90) {
        let new: Vec<String> = (ids.len()..count.min(ids.len() + 90))
            .map(|_| uuid())
            .collect();
        let mut heads = vec![head(&ann.root, ann.seq("root").await)];
        let mut changes = Vec::new();
        for id in &new {
            let mut change = create_folder(id, &ann.root);
            change["metadata"]["sealed"] = json!(sealed(bytes));
            changes.push(change);
            heads.push(head(id, 0));
        }
        ann.commit_with(json!(changes), heads).await.expect(200);
        ids.extend(new);
    }
    ids
}

fn ids(list: &Value) -> Vec<String> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_bounded_in_bytes_and_complete() {
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let mut made = large_folders(&ann, 270, 60_000).await;
    let most = 12 * 1024 * 1024;

    let (mut listed, mut pages, mut cursor) = (Vec::new(), 0, String::new());
    loop {
        let path = format!("/folders/root/children?limit=5000{cursor}");
        let answer = ann.client.get(&path).await;
        assert!(answer.body.len() < most, "{}", answer.body.len());
        let page = answer.data();
        listed.extend(ids(&page["children"]));
        pages += 1;
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(pages, 2);
    made.sort_unstable();
    assert_eq!(listed, made);

    let (mut told, mut heads, mut cursor) = (vec![], 0, String::new());
    loop {
        let answer = ann.client.get(&format!("/changes{cursor}")).await;
        assert!(answer.body.len() < most, "{}", answer.body.len());
        let page = answer.data();
        let changes = ids(&page["changes"]);
        assert!(changes.len() <= 91, "each of these commits fills a page");
        told.extend(changes);
        heads += page["heads"].as_array().unwrap().len();
        if page["more"] == false {
            break;
        }
        cursor = format!("?cursor={}", page["cursor"].as_str().unwrap());
    }
    told.retain(|id| *id != ann.root);
    told.sort_unstable();
    assert_eq!(told, made);
    assert_eq!(heads, 1 + 270);

    // What a commit concerns comes in one piece, so it is bounded as well.
    let trash = |ids: &[String]| -> Value {
        ids.iter()
            .map(|id| json!({"type": "trash", "node": id}))
            .collect()
    };
    let details = ann
        .commit(trash(&made[..140]), &[&ann.root])
        .await
        .error(422, "VALIDATION_ERROR");
    assert!(details["fields"]["changes"].is_string(), "{details}");
    let answer = ann.commit(trash(&made[..139]), &[&ann.root]).await;
    answer.expect(200);
    let cursor = answer.data()["cursor"].as_str().unwrap().to_owned();
    ann.client
        .get(&format!("/changes?cursor={cursor}"))
        .await
        .expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn heads_come_in_pages_of_bytes() {
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let file = ann.create_file(&ann.root, b"x").await;
    for seq in 2..=602 {
        let kind = if seq % 2 == 0 { "trash" } else { "restore" };
        let mut next = head(&ann.root, seq);
        next["sealed"] = json!(sealed(16_384));
        ann.commit_with(json!([{"type": kind, "node": file}]), vec![next])
            .await
            .expect(200);
    }
    let (mut seqs, mut after, mut pages) = (Vec::new(), 0, 0);
    loop {
        let path = format!("/folders/root/heads?limit=1000&after={after}");
        let page = ann.client.get(&path).await.data();
        let heads = page["heads"].as_array().unwrap();
        seqs.extend(heads.iter().map(|head| head["seq"].as_u64().unwrap()));
        after = *seqs.last().unwrap();
        pages += 1;
        if page["more"] == false {
            break;
        }
    }
    assert_eq!(pages, 2);
    assert_eq!(seqs, (1..=603).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_needs_a_change() {
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let folder = ann.create_folder(&ann.root).await;
    let file = ann.create_file(&ann.root, b"x").await;
    let change = json!([{"type": "trash", "node": file}]);
    let heads = vec![head(&ann.root, 3), head(&folder, 1)];
    let details = ann
        .commit_with(change.clone(), heads)
        .await
        .error(422, "VALIDATION_ERROR");
    assert!(details["fields"]["heads[1].node"].is_string(), "{details}");
    assert_eq!(ann.seq("root").await, 3, "nothing of that happened");
    ann.commit(change, &[&ann.root]).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_come_in_pages() {
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let file = uuid();
    let first = ann.client.upload(b"x").await;
    ann.commit(json!([create_file(&file, &ann.root, &first)]), &[&ann.root])
        .await
        .expect(200);
    let mut uploads = Vec::new();
    for _ in 0..125 {
        let eight = (0..8).map(|_| {
            let client = ann.client.clone();
            tokio::spawn(async move { client.create_upload(0, &[]).await.upload_id() })
        });
        for upload in eight.collect::<Vec<_>>() {
            uploads.push(upload.await.unwrap());
        }
    }
    let changes: Vec<Value> = uploads
        .iter()
        .map(|upload| json!({"type": "version", "node": file, "version": version(upload)}))
        .collect();
    let mut expected: Vec<Value> = changes
        .iter()
        .map(|change| change["version"]["id"].clone())
        .collect();
    expected.reverse();
    ann.commit(json!(changes), &[&ann.root]).await.expect(200);

    let path = format!("/files/{file}");
    let newest = ann.client.get(&path).await.data();
    let of = |data: &Value| -> Vec<Value> {
        let versions = data["versions"].as_array().unwrap();
        versions.iter().map(|v| v["id"].clone()).collect()
    };
    assert_eq!(of(&newest), expected);
    assert_eq!(newest["more_versions"], true);
    let last = expected[999].as_str().unwrap();
    let rest = ann
        .client
        .get(&format!("{path}?versions_before={last}"))
        .await
        .data();
    assert_eq!(
        (of(&rest).len(), &rest["more_versions"]),
        (1, &json!(false))
    );
    assert_eq!(rest["versions"][0]["stored_size"], 1);
    for bad in [uuid(), "7".to_owned()] {
        let details = ann
            .client
            .get(&format!("{path}?versions_before={bad}"))
            .await
            .error(400, "BAD_REQUEST");
        assert_eq!(details["parameter"], "versions_before");
    }
}

/// A figure of the server's process, in KiB.
fn memory(app: &TestApp, name: &str) -> usize {
    let status = fs::read_to_string(format!("/proc/{}/status", app.pid())).unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn large_bodies_take_little_more_than_their_own_size() {
    let (app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    // Many tiny values: a tree of them takes many times what is sent.
    let filling = "[],".repeat(2_700_000);
    let body = format!(
        r#"{{"id":"{}","changes":[{{"type":"trash","node":"{}","later":[{filling}0]}}],"heads":[]}}"#,
        uuid(),
        uuid()
    );
    let send = || {
        let request = ann.client.request(Method::POST, "/commits");
        let request = request.header("content-type", "application/json");
        tokio::spawn(request.body(body.clone()).send())
    };
    let before = memory(&app, "VmRSS");
    send().await.unwrap().error(409, "CONFLICT");
    let one = memory(&app, "VmHWM") - before;
    assert!(one < 40 * 1024, "{one} KiB for one");
    // Twenty at once are 160 MiB; one address has room for two or three.
    let all: Vec<_> = (0..20).map(|_| send()).collect();
    for answer in all {
        answer.await.unwrap().error(409, "CONFLICT");
    }
    let most = memory(&app, "VmHWM") - before;
    assert!(most < 80 * 1024, "{most} KiB for twenty");
}
