use harness::account::{Account, create_folder, head, uuid};
use harness::client::Client;
use serde_json::{Value, json};

use crate::{start, unlimited};

#[tokio::test(flavor = "multi_thread")]
async fn children_come_in_pages_of_one_head() {
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let folder = ann.create_folder(&ann.root).await;
    let mut ids: Vec<String> = (0..25).map(|_| uuid()).collect();
    let changes: Vec<Value> = ids.iter().map(|id| create_folder(id, &folder)).collect();
    let mut heads: Vec<Value> = ids.iter().map(|id| head(id, 0)).collect();
    heads.push(head(&folder, 1));
    ann.commit_with(json!(changes), heads).await.expect(200);
    ids.sort_unstable();

    let path = format!("/folders/{folder}/children?limit=10");
    let mut listed = Vec::new();
    let mut cursor = String::new();
    let mut cursors = Vec::new();
    loop {
        let page = ann.client.get(&format!("{path}{cursor}")).await.data();
        assert_eq!(page["folder"]["id"], json!(folder));
        assert_eq!(page["head"]["seq"], 2);
        assert_eq!(page["acl"], Value::Null);
        for child in page["children"].as_array().unwrap() {
            assert_eq!(child["parent_id"], json!(folder));
            listed.push(child["id"].as_str().unwrap().to_owned());
        }
        let Some(next) = page["next_cursor"].as_str() else {
            break;
        };
        cursor = format!("&cursor={next}");
        cursors.push(cursor.clone());
    }
    assert_eq!(listed, ids);
    assert_eq!(cursors.len(), 2);

    // The folder changes between two pages.
    let inner = uuid();
    let heads = vec![head(&folder, 2), head(&inner, 0)];
    ann.commit_with(json!([create_folder(&inner, &folder)]), heads)
        .await
        .expect(200);
    let details = ann
        .client
        .get(&format!("{path}{}", cursors[0]))
        .await
        .error(409, "HEAD_CONFLICT");
    assert_eq!(details["heads"][0]["seq"], 3);
    // A cursor belongs to its folder.
    let elsewhere = format!("/folders/root/children?limit=10{}", cursors[0]);
    ann.client.get(&elsewhere).await.error(400, "BAD_REQUEST");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_root_has_its_acl() {
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let page = ann.client.get("/folders/root/children").await.data();
    assert_eq!(
        page,
        ann.client
            .get(&format!("/folders/{}/children", ann.root))
            .await
            .data()
    );
    assert_eq!(page["folder"]["parent_id"], Value::Null);
    assert_eq!(page["acl"]["seq"], 1);
    assert_eq!(page["children"], json!([]));
    let file = ann.create_file(&ann.root, b"x").await;
    ann.client
        .get(&format!("/folders/{file}/children"))
        .await
        .error(404, "NOT_FOUND");
    ann.client
        .get(&format!("/folders/{file}/heads"))
        .await
        .error(404, "NOT_FOUND");
    for bad in [
        "limit=0",
        "limit=5001",
        "limit=x",
        "limit=1&limit=2",
        "cursor=x",
    ] {
        ann.client
            .get(&format!("/folders/root/children?{bad}"))
            .await
            .error(400, "BAD_REQUEST");
    }
    for bad in ["7", "ROOT", "%ff"] {
        ann.client
            .get(&format!("/folders/{bad}/children"))
            .await
            .error(400, "BAD_REQUEST");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_head_that_ever_was_is_kept() {
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let mut sealed = Vec::new();
    for seq in 1..=5 {
        let inner = uuid();
        let next = head(&ann.root, seq);
        sealed.push(next["sealed"].clone());
        let heads = vec![next, head(&inner, 0)];
        ann.commit_with(json!([create_folder(&inner, &ann.root)]), heads)
            .await
            .expect(200);
    }
    let page = ann.client.get("/folders/root/heads?after=1").await.data();
    assert_eq!(page["more"], false);
    let heads = page["heads"].as_array().unwrap();
    assert_eq!(heads.len(), 5);
    for (index, head) in heads.iter().enumerate() {
        assert_eq!(head["seq"], index + 2);
        assert_eq!(head["sealed"], sealed[index]);
        assert_eq!(head["node"], json!(ann.root));
    }
    let page = ann
        .client
        .get("/folders/root/heads?after=2&limit=3")
        .await
        .data();
    assert_eq!(
        (page["heads"].as_array().unwrap().len(), &page["more"]),
        (3, &json!(true))
    );
    let page = ann.client.get("/folders/root/heads?after=6").await.data();
    assert_eq!(page, json!({"heads": [], "more": false}));
    for bad in ["after=-1", "limit=0", "limit=1001"] {
        ann.client
            .get(&format!("/folders/root/heads?{bad}"))
            .await
            .error(400, "BAD_REQUEST");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_listed_with_page_numbers() {
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let empty = ann.client.get("/files").await.data();
    assert_eq!(
        empty["pagination"],
        json!({"total": 0, "page": 1, "limit": 20, "total_pages": 0})
    );
    let folder = ann.create_folder(&ann.root).await;
    let mut ids = Vec::new();
    for size in 1..=5 {
        ids.push(ann.create_file(&folder, &vec![0; size]).await);
    }
    let list = async |query: &str| {
        let data = ann.client.get(&format!("/files{query}")).await.data();
        let sizes: Vec<u64> = data["files"]
            .as_array()
            .unwrap()
            .iter()
            .map(|file| file["file_size"].as_u64().unwrap())
            .collect();
        (sizes, data["pagination"].clone())
    };
    assert_eq!(list("").await.0, [5, 4, 3, 2, 1]);
    assert_eq!(
        list("?sort_by=file_size&order=asc").await.0,
        [1, 2, 3, 4, 5]
    );
    assert_eq!(
        list("?sort_by=uploaded_at&order=asc&page=2&limit=2")
            .await
            .0,
        [3, 4]
    );
    assert_eq!(
        list("?limit=2&page=3").await,
        (
            vec![1],
            json!({"total": 5, "page": 3, "limit": 2, "total_pages": 3})
        )
    );
    assert_eq!(list("?limit=2&page=9").await.0, Vec::<u64>::new());
    let by_name = list("?sort_by=encrypted_filename&order=asc").await.0;
    let mut reversed = list("?sort_by=encrypted_filename&order=desc").await.0;
    reversed.reverse();
    assert_eq!(by_name, reversed);
    let entry = ann.client.get("/files?limit=1").await.data()["files"][0].clone();
    assert_eq!(entry["id"], json!(ids[4]));
    assert_eq!(entry["encrypted_metadata"], json!({}));
    assert_eq!(entry["last_accessed"], Value::Null);
    let node = ann.client.get(&format!("/files/{}", ids[4])).await.data()["node"].clone();
    assert_eq!(entry["encrypted_filename"], node["metadata"]["sealed"]);
    for bad in [
        "page=0",
        "page=-1",
        "page=x",
        "page=99999999999999999999",
        "limit=0",
        "limit=101",
        "sort_by=name",
        "order=up",
        "order=ASC",
    ] {
        let details = ann
            .client
            .get(&format!("/files?{bad}"))
            .await
            .error(400, "BAD_REQUEST");
        assert_eq!(details["parameter"], bad.split('=').next().unwrap());
    }
}

/// The session is looked up together with the page; it still comes first.
#[tokio::test(flavor = "multi_thread")]
async fn who_asks_matters_before_what_is_asked() {
    let app = unlimited()
        .env("STRONGROOM_LIMIT_GENERAL", "6/h")
        .start()
        .await;
    let ann = Account::vault(&Client::new(app.url()), "ann@example.org").await;
    let wrong = [
        "/files?limit=0",
        "/folders/root/children?limit=0",
        "/folders/nonsense/children",
        "/changes?cursor=nonsense",
    ];
    for path in wrong {
        let answer = ann.client.get(path).await;
        assert!([400, 404].contains(&answer.status), "{path}: {answer:?}");
    }
    let last = ann.client.get("/files").await;
    assert_eq!(last.expect(200).header("x-ratelimit-remaining"), "1");
    let logout = ann.client.post("/auth/logout", &json!({})).await;
    logout.expect(200);
    for path in wrong {
        ann.client.get(path).await.error(401, "UNAUTHORIZED");
    }
    let bob = Account::vault(&Client::new(app.url()), "bob@example.org").await;
    for _ in 0..6 {
        bob.client.get("/files?limit=0").await.expect(400);
    }
    for path in wrong {
        bob.client.get(path).await.error(429, "RATE_LIMITED");
    }
}
