//! Folders, names, the trash and deletion, by accounts without keys.

use harness::account::{Account, sealed, uuid};
use harness::client::{Answer, Client};
use harness::form::{Form, metadata, upload};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{start, unlimited};

async fn folder(client: &Client, name: &str, parent: Option<&str>) -> String {
    let body = json!({"encrypted_filename": name, "parent_id": parent});
    let answer = client.post("/folders", &body).await;
    answer.expect(201);
    answer.data()["id"].as_str().unwrap().to_owned()
}

async fn path_of(client: &Client, id: &str) -> Vec<String> {
    let data = client.get(&format!("/files/{id}/path")).await.data();
    let steps = data["path"].as_array().unwrap().clone();
    steps
        .iter()
        .map(|step| step["encrypted_filename"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn folders_are_made_named_and_moved() {
    let (_app, client) = start().await;
    let ann = Account::bare(&client, "ann@example.org").await;
    let id = uuid();
    let body =
        json!({"encrypted_filename": "a", "encrypted_metadata": {"icon": "sealed"}, "id": id});
    let answer = ann.client.post("/folders", &body).await;
    answer.expect(201);
    let made = answer.data();
    assert_eq!(
        (&made["id"], &made["is_directory"]),
        (&json!(id), &json!(true))
    );
    assert_eq!(made["encrypted_metadata"], json!({"icon": "sealed"}));
    ann.client
        .post("/folders", &body)
        .await
        .error(409, "CONFLICT");
    let b = folder(&ann.client, "b", Some(&id)).await;
    let file = Form::of("c", b"x")
        .text("parent_id", &b)
        .send(&ann.client)
        .await;
    let file = file.data()["file_id"].as_str().unwrap().to_owned();
    assert_eq!(path_of(&ann.client, &file).await, ["a", "b", "c"]);

    let put = async |id: &str, body: Value| ann.client.put(&format!("/files/{id}"), &body).await;
    let renamed = put(&b, json!({"encrypted_filename": "B"})).await.data();
    assert_eq!(renamed["encrypted_filename"], "B");
    assert_eq!(renamed["parent_id"], json!(id));
    put(&b, json!({"parent_id": null})).await.expect(200);
    assert_eq!(path_of(&ann.client, &file).await, ["B", "c"]);
    let moved = put(&id, json!({"parent_id": b, "encrypted_metadata": {}}))
        .await
        .data();
    assert_eq!(moved["encrypted_metadata"], json!({}));
    assert_eq!(path_of(&ann.client, &id).await, ["B", "a"]);
    // Not into itself, nor below itself, nor into a file.
    for target in [&b, &id, &file] {
        let answer = put(&b, json!({"parent_id": target})).await;
        assert_eq!(answer.error(409, "CONFLICT")["field"], "parent_id");
    }
    let answer = put(&b, json!({"parent_id": uuid()})).await;
    assert_eq!(answer.error(404, "NOT_FOUND")["field"], "parent_id");
    for (field, body) in [
        ("encrypted_filename", json!({})),
        ("encrypted_filename", json!({"encrypted_filename": ""})),
        ("encrypted_filename", json!({"encrypted_filename": 7})),
        ("encrypted_metadata", json!({"encrypted_metadata": []})),
        (
            "encrypted_metadata.n",
            json!({"encrypted_metadata": {"n": null}}),
        ),
        ("parent_id", json!({"parent_id": "root"})),
    ] {
        let details = put(&b, body).await.error(422, "VALIDATION_ERROR");
        assert!(details["fields"][field].is_string(), "{details}");
    }
    put("7", json!({"parent_id": null}))
        .await
        .error(400, "BAD_REQUEST");
    for bad in [
        json!({}),
        json!({"encrypted_filename": ""}),
        json!({"encrypted_filename": "x", "id": "7"}),
    ] {
        ann.client
            .post("/folders", &bad)
            .await
            .error(422, "VALIDATION_ERROR");
    }
    // Folders are not files.
    let answer = ann.client.get(&format!("/files/{b}/download")).await;
    answer.error(404, "NOT_FOUND");
    let details = ann.client.get(&format!("/files/{b}")).await.data();
    assert_eq!(
        (&details["is_directory"], &details["versions"]),
        (&json!(true), &json!([]))
    );
    assert_eq!(ann.storage().await.2, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn nesting_is_bounded() {
    let (_app, client) = start().await;
    let ann = Account::bare(&client, "ann@example.org").await;
    let mut deepest = folder(&ann.client, "0", None).await;
    for n in 1..100 {
        deepest = folder(&ann.client, &n.to_string(), Some(&deepest)).await;
    }
    let body = json!({"encrypted_filename": "100", "parent_id": deepest});
    ann.client
        .post("/folders", &body)
        .await
        .error(409, "CONFLICT");
    let file = upload(&ann.client, "file", b"x").await;
    let body = json!({"parent_id": deepest});
    ann.client
        .put(&format!("/files/{file}"), &body)
        .await
        .expect(200);
    assert_eq!(path_of(&ann.client, &file).await.len(), 101);
    let other = folder(&ann.client, "other", None).await;
    let answer = ann.client.put(&format!("/files/{other}"), &body).await;
    answer.error(409, "CONFLICT");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_of_files_is_bounded_too() {
    let app = unlimited()
        .env("STRONGROOM_RECORD_LIMIT", "10000")
        .start()
        .await;
    let client = Client::new(app.url());
    let ann = Account::bare(&client, "ann@example.org").await;
    let long = "x".repeat(4000);
    let first = folder(&ann.client, &long, None).await;
    folder(&ann.client, &long, None).await;
    let body = json!({"encrypted_filename": long});
    let details = ann.client.post("/folders", &body).await;
    let details = details.error(402, "STORAGE_QUOTA_EXCEEDED");
    assert_eq!(
        (&details["reason"], &details["limit"]),
        (&json!("records"), &json!(10_000))
    );
    let refused = Form::of(&long, b"").send(&ann.client).await;
    refused.error(402, "STORAGE_QUOTA_EXCEEDED");
    let small = upload(&ann.client, "n", b"").await;
    let body = json!({"encrypted_filename": long});
    let refused = ann.client.put(&format!("/files/{small}"), &body).await;
    refused.error(402, "STORAGE_QUOTA_EXCEEDED");
    // What is deleted for good makes room, again and again.
    for _ in 0..3 {
        let path = format!("/files/{small}");
        ann.client
            .put(&path, &json!({"encrypted_filename": "m"}))
            .await
            .expect(200);
    }
    ann.client
        .delete(&format!("/files/{first}/permanent"))
        .await
        .expect(200);
    for _ in 0..2 {
        let made = folder(&ann.client, &"y".repeat(3000), None).await;
        ann.client
            .delete(&format!("/files/{made}/permanent"))
            .await
            .expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_can_be_meant_for_one_state_only() {
    let (_app, client) = start().await;
    let ann = Account::bare(&client, "ann@example.org").await;
    let file = upload(&ann.client, "n", b"x").await;
    let put = async |etag: &str, name: &str| {
        let request = ann.client.request(Method::PUT, &format!("/files/{file}"));
        let request = request.header("if-match", etag);
        request
            .json(&json!({"encrypted_filename": name}))
            .send()
            .await
    };
    let first = ann.client.get(&format!("/files/{file}")).await;
    let first = first.header("etag").to_owned();
    assert!(first.starts_with('"') && first.ends_with('"'), "{first}");
    let answer = put(&first, "second").await;
    answer.expect(200);
    let second = answer.header("etag").to_owned();
    assert_ne!(first, second);
    put(&first, "third").await.error(412, "CONFLICT");
    put("\"other\"", "third").await.error(412, "CONFLICT");
    put(&format!("W/{second}"), "third")
        .await
        .error(412, "CONFLICT");
    put(&format!("\"other\", {second}"), "third")
        .await
        .expect(200);
    put("*", "fourth").await.expect(200);
    let details = ann.client.get(&format!("/files/{file}")).await;
    assert_eq!(details.data()["encrypted_filename"], "fourth");
    // Of many at once for the same state, one wins.
    let etag = details.header("etag").to_owned();
    let attempts: Vec<_> = (0..10)
        .map(|n| {
            let (client, etag, file) = (ann.client.clone(), etag.clone(), file.clone());
            tokio::spawn(async move {
                let request = client.request(Method::PATCH, &format!("/files/{file}/metadata"));
                let body = json!({"encrypted_metadata": {"n": n.to_string()}});
                request
                    .header("if-match", &etag)
                    .json(&body)
                    .send()
                    .await
                    .status
            })
        })
        .collect();
    let mut won = 0;
    for attempt in attempts {
        won += usize::from(attempt.await.unwrap() == 200);
    }
    assert_eq!(won, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn metadata_is_merged() {
    let (_app, client) = start().await;
    let ann = Account::bare(&client, "ann@example.org").await;
    let file = upload(&ann.client, "n", b"x").await;
    let path = format!("/files/{file}/metadata");
    let data = ann.client.get(&path).await.data();
    assert_eq!(data["encrypted_metadata"], metadata("n"));
    assert_eq!(
        (&data["id"], &data["encrypted_filename"]),
        (&json!(file), &json!("n"))
    );
    let patch = async |body: Value| {
        ann.client
            .patch(&path, &json!({"encrypted_metadata": body}))
            .await
    };
    let tags = sealed(1000);
    let answer = patch(json!({"tags": tags, "encrypted_type": null, "nothing": null})).await;
    let expected = json!({
        "encrypted_size": metadata("n")["encrypted_size"],
        "encrypted_original_name": metadata("n")["encrypted_original_name"],
        "tags": tags,
    });
    assert_eq!(answer.data()["encrypted_metadata"], expected);
    patch(json!({})).await.expect(200);
    for bad in [
        json!([]),
        json!("x"),
        json!({"n": 1}),
        json!({"n": "x".repeat(4097)}),
    ] {
        patch(bad).await.error(422, "VALIDATION_ERROR");
    }
    let full: serde_json::Map<_, _> = (0..29).map(|n| (n.to_string(), json!("x"))).collect();
    patch(json!(full)).await.expect(200);
    let details = patch(json!({"one more": "x"})).await;
    details.error(422, "VALIDATION_ERROR");
    let details = ann.client.get(&format!("/files/{file}")).await.data();
    assert_eq!(details["encrypted_metadata"].as_object().unwrap().len(), 32);
    assert_eq!(details["encrypted_metadata"]["tags"], json!(tags));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_trash_takes_and_gives_back_whole_folders() {
    let (_app, client) = start().await;
    let ann = Account::bare(&client, "ann@example.org").await;
    let top = folder(&ann.client, "top", None).await;
    let below = folder(&ann.client, "below", Some(&top)).await;
    let into = async |name: &str, parent: &str| {
        let answer = Form::of(name, &[1; 10])
            .text("parent_id", parent)
            .send(&ann.client)
            .await;
        answer.data()["file_id"].as_str().unwrap().to_owned()
    };
    let (first, second) = (into("first", &top).await, into("second", &below).await);
    let url = ann
        .client
        .get(&format!("/files/{second}/download"))
        .await
        .data();
    let url = url["download_url"].as_str().unwrap().to_owned();

    let answer = ann.client.delete(&format!("/files/{first}")).await;
    assert_eq!(answer.json()["message"], "File deleted successfully");
    let data = answer.data();
    assert_eq!(data["file_id"], json!(first));
    assert_eq!(data["operation"], "soft_deleted");
    assert_eq!(data["storage_freed"], 0);
    assert!(data["reason"].is_string() && data["deleted_at"].is_string());
    // Doing it again changes nothing.
    let again = ann.client.delete(&format!("/files/{first}")).await.data();
    assert_eq!(again["deleted_at"], data["deleted_at"]);

    ann.client
        .delete(&format!("/files/{top}"))
        .await
        .expect(200);
    for id in [&first, &second] {
        ann.client
            .get(&format!("/files/{id}/download"))
            .await
            .error(410, "GONE");
        ann.client
            .get(&format!("/files/{id}/content"))
            .await
            .error(410, "GONE");
        let body = json!({"encrypted_filename": "x"});
        ann.client
            .put(&format!("/files/{id}"), &body)
            .await
            .error(410, "GONE");
        ann.client.get(&format!("/files/{id}")).await.expect(200);
    }
    client.get(&url).await.error(410, "GONE");
    let list = ann.client.get("/files").await.data();
    assert_eq!(
        (&list["files"], &list["pagination"]["total"]),
        (&json!([]), &json!(0))
    );
    let body = json!({"encrypted_filename": "x", "parent_id": below});
    let refused = ann.client.post("/folders", &body).await;
    assert_eq!(refused.error(410, "GONE")["field"], "parent_id");
    assert_eq!(ann.storage().await, (20, 5_368_709_100, 2));
    // What is in a trashed folder comes back with it, not without.
    let restore = async |id: &str| {
        ann.client
            .post(&format!("/files/{id}/restore"), &json!({}))
            .await
    };
    assert_eq!(
        restore(&second).await.error(409, "CONFLICT")["folder"],
        json!(below)
    );
    let restored = restore(&top).await.data();
    assert_eq!(
        (&restored["id"], &restored["deleted_at"]),
        (&json!(top), &Value::Null)
    );
    client.get(&url).await.expect(200);
    // What was put into the trash on its own stays there.
    ann.client
        .get(&format!("/files/{first}/download"))
        .await
        .error(410, "GONE");
    assert_eq!(
        ann.client.get("/files").await.data()["pagination"]["total"],
        1
    );
    restore(&first).await.expect(200);
    restore(&first).await.expect(200);
    assert_eq!(
        ann.client.get("/files").await.data()["pagination"]["total"],
        2
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_deleted_for_good_is_gone_with_its_bytes() {
    let (app, client) = start().await;
    let ann = Account::bare(&client, "ann@example.org").await;
    let top = folder(&ann.client, "top", None).await;
    let form = Form::of("inside", &[1; 10]).text("parent_id", &top);
    let inside = form.send(&ann.client).await.data()["file_id"].clone();
    let file = upload(&ann.client, "file", &[1; 7]).await;
    let url = ann
        .client
        .get(&format!("/files/{file}/download"))
        .await
        .data();
    let url = url["download_url"].as_str().unwrap().to_owned();
    let answer = ann.client.delete(&format!("/files/{file}/permanent")).await;
    assert_eq!(answer.json()["message"], "File permanently deleted");
    let data = answer.data();
    assert_eq!(
        (&data["operation"], &data["storage_freed"]),
        (&json!("hard_deleted"), &json!(7))
    );
    assert_eq!(ann.storage().await, (10, 5_368_709_110, 1));
    client.get(&url).await.error(410, "GONE");
    let gone = async |id: &str| {
        for (method, path) in [
            (Method::GET, ""),
            (Method::GET, "/download"),
            (Method::GET, "/content"),
            (Method::GET, "/path"),
            (Method::GET, "/metadata"),
            (Method::GET, "/versions"),
            (Method::DELETE, ""),
            (Method::DELETE, "/permanent"),
            (Method::POST, "/restore"),
        ] {
            let answer = ann
                .client
                .request(method, &format!("/files/{id}{path}"))
                .send()
                .await;
            answer.error(410, "GONE");
        }
    };
    gone(&file).await;
    // A folder goes with what is in it, from the trash too.
    ann.client
        .delete(&format!("/files/{top}"))
        .await
        .expect(200);
    let answer = ann.client.delete(&format!("/files/{top}/permanent")).await;
    assert_eq!(answer.data()["storage_freed"], 10);
    gone(inside.as_str().unwrap()).await;
    assert_eq!(ann.storage().await, (0, 5_368_709_120, 0));
    let stats = ann.client.get("/stats").await.data();
    assert_eq!(
        (&stats["total_files"], &stats["total_storage_used"]),
        (&json!(0), &json!(0))
    );
    let folders = std::fs::read_dir(app.data_dir().join("blobs")).unwrap();
    for folder in folders {
        assert_eq!(
            std::fs::read_dir(folder.unwrap().path()).unwrap().count(),
            0
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn restoring_against_purging_leaves_figures_right() {
    let (_app, client) = start().await;
    let ann = Account::bare(&client, "ann@example.org").await;
    for round in 0..10 {
        let top = folder(&ann.client, &format!("{round}"), None).await;
        let form = Form::of("inside", &[1; 10]).text("parent_id", &top);
        form.send(&ann.client).await.expect(201);
        ann.client
            .delete(&format!("/files/{top}"))
            .await
            .expect(200);
        let (restore, purge) = (
            format!("/files/{top}/restore"),
            format!("/files/{top}/permanent"),
        );
        let (one, two) = (ann.client.clone(), ann.client.clone());
        let restore = tokio::spawn(async move { one.post(&restore, &json!({})).await.status });
        let purge = tokio::spawn(async move { two.delete(&purge).await.status });
        assert!([200, 410].contains(&restore.await.unwrap()));
        assert_eq!(purge.await.unwrap(), 200);
        assert_eq!(ann.storage().await, (0, 5_368_709_120, 0));
        assert_eq!(
            ann.client.get("/files").await.data()["pagination"]["total"],
            0
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_has_one_version() {
    let (_app, client) = start().await;
    let ann = Account::bare(&client, "ann@example.org").await;
    let file = upload(&ann.client, "n", b"bytes").await;
    let path = format!("/files/{file}/versions");
    let data = ann.client.get(&path).await.data();
    let versions = data["versions"].as_array().unwrap();
    assert_eq!(
        (versions.len(), &versions[0]["stored_size"]),
        (1, &json!(5))
    );
    let version = versions[0]["id"].as_str().unwrap();
    let download = ann
        .client
        .get(&format!("{path}/{version}/download"))
        .await
        .data();
    let url = download["download_url"].as_str().unwrap();
    assert_eq!(client.get(url).await.body, b"bytes");
    let ask = async |client: &Client, version: &str| {
        [
            client.post(&path, &json!({})).await,
            client
                .post(&format!("{path}/{version}/restore"), &json!({}))
                .await,
            client.delete(&format!("{path}/{version}")).await,
        ]
    };
    for answer in ask(&ann.client, version).await {
        answer.error(403, "FORBIDDEN");
    }
    let eve = Account::bare(&client, "eve@example.org").await;
    for answer in ask(&eve.client, version).await {
        answer.error(404, "NOT_FOUND");
    }
    let [_, restore, delete] = ask(&ann.client, &uuid()).await;
    restore.error(404, "NOT_FOUND");
    delete.error(404, "NOT_FOUND");
    let [_, restore, delete] = ask(&ann.client, "7").await;
    assert_eq!(restore.error(400, "BAD_REQUEST")["parameter"], "version");
    delete.error(400, "BAD_REQUEST");
    let vault = Account::vault(&client, "vault@example.org").await;
    for answer in ask(&vault.client, version).await {
        answer.error(428, "HEAD_REQUIRED");
    }
}

fn seen(answer: &Answer, id: &str) -> (u16, String) {
    let body = String::from_utf8(answer.body.clone()).unwrap();
    (answer.status, body.replace(id, "ID"))
}

#[tokio::test(flavor = "multi_thread")]
async fn anothers_things_look_like_nothing() {
    let (_app, client) = start().await;
    let ann = Account::bare(&client, "ann@example.org").await;
    let eve = Account::bare(&client, "eve@example.org").await;
    let top = folder(&ann.client, "top", None).await;
    let file = upload(&ann.client, "file", b"secret").await;
    let trashed = upload(&ann.client, "trashed", b"secret").await;
    ann.client
        .delete(&format!("/files/{trashed}"))
        .await
        .expect(200);
    let purged = upload(&ann.client, "purged", b"secret").await;
    ann.client
        .delete(&format!("/files/{purged}/permanent"))
        .await
        .expect(200);
    let own = upload(&eve.client, "own", b"x").await;
    let name = json!({"encrypted_filename": "x"});
    let patch = json!({"encrypted_metadata": {"a": "b"}});
    let version = uuid();
    let requests: Vec<(Method, String, Value)> = vec![
        (Method::GET, "/files/ID".into(), json!({})),
        (Method::GET, "/files/ID/download".into(), json!({})),
        (Method::GET, "/files/ID/content".into(), json!({})),
        (Method::GET, "/files/ID/path".into(), json!({})),
        (Method::GET, "/files/ID/metadata".into(), json!({})),
        (Method::GET, "/files/ID/versions".into(), json!({})),
        (Method::POST, "/files/ID/versions".into(), json!({})),
        (
            Method::GET,
            format!("/files/ID/versions/{version}/download"),
            json!({}),
        ),
        (
            Method::POST,
            format!("/files/ID/versions/{version}/restore"),
            json!({}),
        ),
        (
            Method::DELETE,
            format!("/files/ID/versions/{version}"),
            json!({}),
        ),
        (Method::PUT, "/files/ID".into(), name),
        (Method::PATCH, "/files/ID/metadata".into(), patch),
        (Method::DELETE, "/files/ID".into(), json!({})),
        (Method::DELETE, "/files/ID/permanent".into(), json!({})),
        (Method::POST, "/files/ID/restore".into(), json!({})),
        (Method::GET, "/folders/ID/children".into(), json!({})),
        (Method::GET, "/files?parent_id=ID".into(), json!({})),
        (
            Method::POST,
            "/folders".into(),
            json!({"encrypted_filename": "x", "parent_id": "ID"}),
        ),
        (
            Method::PUT,
            format!("/files/{own}"),
            json!({"parent_id": "ID"}),
        ),
    ];
    for (method, path, body) in requests {
        let ask = async |id: &str| {
            let body: Value = serde_json::from_str(&body.to_string().replace("ID", id)).unwrap();
            let request = eve.client.request(method.clone(), &path.replace("ID", id));
            seen(&request.json(&body).send().await, id)
        };
        let nothing = ask(&uuid()).await;
        assert_eq!(nothing.0, 404, "{method} {path}: {nothing:?}");
        for id in [&top, &file, &trashed, &purged] {
            assert_eq!(ask(id).await, nothing, "{method} {path}");
        }
    }
    let into = async |id: &str| {
        let form = Form::of("n", b"x").text("parent_id", id);
        seen(&form.send(&eve.client).await, id)
    };
    let nothing = into(&uuid()).await;
    for id in [&top, &file, &trashed, &purged] {
        assert_eq!(into(id).await, nothing);
    }
    assert_eq!(
        ann.client.get(&format!("/files/{file}/content")).await.body,
        b"secret"
    );
    assert_eq!(ann.storage().await.2, 2);
    assert_eq!(eve.storage().await.2, 1);
}
