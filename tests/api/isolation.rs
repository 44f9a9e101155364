//! What belongs to somebody else looks exactly like what does not exist.

use harness::account::{Account, create_file, create_folder, head, uuid, version};
use harness::client::{Answer, OFFSET};
use reqwest::Method;
use serde_json::{Value, json};

use crate::start;

/// Status and body, the id that was asked for taken out.
fn seen(answer: &Answer, id: &str) -> (u16, String) {
    let body = String::from_utf8(answer.body.clone()).unwrap();
    (answer.status, body.replace(id, "ID"))
}

#[tokio::test(flavor = "multi_thread")]
async fn foreign_things_look_like_nothing() {
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let eve = Account::vault(&client, "eve@example.org").await;
    let folder = ann.create_folder(&ann.root).await;
    let file = ann.create_file(&folder, b"secret").await;
    let purged = ann.create_file(&folder, b"purged").await;
    ann.commit(json!([{"type": "purge", "node": purged}]), &[&folder])
        .await
        .expect(200);
    let upload = ann.client.upload(b"staged").await;
    let open = ann.client.create_upload(10, b"abc").await.upload_id();

    let foreign = [
        &ann.root,
        &folder,
        &file,
        &purged,
        &upload,
        &open,
        &ann.user_id,
    ];
    let paths = [
        (Method::GET, "/files/ID"),
        (Method::GET, "/files/ID/download"),
        (Method::GET, "/files/ID/content"),
        (Method::HEAD, "/files/ID/content"),
        (Method::GET, "/files/ID/thumbnail"),
        (Method::DELETE, "/files/ID"),
        (Method::DELETE, "/files/ID/permanent"),
        (Method::POST, "/files/ID/restore"),
        (Method::GET, "/folders/ID/children"),
        (Method::GET, "/folders/ID/heads"),
        (Method::HEAD, "/uploads/ID"),
        (Method::PATCH, "/uploads/ID"),
        (Method::DELETE, "/uploads/ID"),
    ];
    for (method, path) in paths {
        let ask = async |id: &str| {
            let request = eve.client.request(method.clone(), &path.replace("ID", id));
            let request = request
                .header("tus-resumable", "1.0.0")
                .header("upload-offset", "3");
            seen(&request.header("content-type", OFFSET).send().await, id)
        };
        let nothing = ask(&uuid()).await;
        assert!(nothing.0 >= 400, "{method} {path}: {nothing:?}");
        for id in foreign {
            assert_eq!(ask(id).await, nothing, "{method} {path}");
        }
    }

    // Commits that name foreign things.
    let own = eve.create_file(&eve.root, b"own").await;
    type Change<'a> = Box<dyn Fn(&str) -> Value + 'a>;
    let changes: Vec<Change> = vec![
        Box::new(|id| json!({"type": "trash", "node": id})),
        Box::new(|id| json!({"type": "restore", "node": id})),
        Box::new(|id| json!({"type": "purge", "node": id})),
        Box::new(
            |id| json!({"type": "metadata", "node": id, "metadata": {"rev": 2, "sealed": harness::account::sealed(200)}}),
        ),
        Box::new(|id| json!({"type": "version", "node": own, "version": version(id)})),
        Box::new(|id| create_folder(&uuid(), id)),
        Box::new(
            |id| json!({"type": "move", "node": id, "parent": eve.root, "wrapped_key": harness::account::sealed(104)}),
        ),
        Box::new(
            |id| json!({"type": "move", "node": own, "parent": id, "wrapped_key": harness::account::sealed(104)}),
        ),
        Box::new(|id| json!({"type": "drop-version", "node": id, "version": uuid()})),
        Box::new(|id| create_file(&uuid(), &eve.root, id)),
    ];
    for change in &changes {
        let ask = async |id: &str| {
            let heads = vec![head(&eve.root, eve.seq("root").await)];
            seen(&eve.commit_with(json!([change(id)]), heads).await, id)
        };
        let nothing = ask(&uuid()).await;
        assert_eq!(nothing.0, 409);
        for id in foreign {
            assert_eq!(ask(id).await, nothing);
        }
    }
    let ask = async |id: &str, seq: u64| {
        let heads = vec![head(&eve.root, eve.seq("root").await), head(id, seq)];
        seen(
            &eve.commit_with(json!([create_folder(&uuid(), &eve.root)]), heads)
                .await,
            id,
        )
    };
    let nothing = ask(&uuid(), 1).await;
    assert_eq!(nothing.0, 409);
    for id in [&ann.root, &folder, &file, &purged] {
        for seq in 1..5 {
            assert_eq!(ask(id, seq).await, nothing);
        }
    }

    // Nothing of Ann's has changed, and Eve sees none of it.
    assert_eq!(
        ann.client.get(&format!("/files/{file}/content")).await.body,
        b"secret"
    );
    assert_eq!(ann.client.upload_offset(&open).await, Some(3));
    let changes = eve.client.get("/changes").await.data().to_string();
    let listed = eve.client.get("/files").await.data().to_string();
    for id in foreign {
        assert!(!changes.contains(id.as_str()) && !listed.contains(id.as_str()));
    }
    ann.commit(json!([create_file(&uuid(), &folder, &upload)]), &[&folder])
        .await
        .expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_endpoint_but_the_public_ones_asks_who_is_there() {
    let (_app, client) = start().await;
    let document = client.get("/openapi.json").await.json();
    let public = [
        "/health",
        "/auth/register",
        "/auth/prelogin",
        "/auth/login",
        "/auth/recovery/start",
        "/auth/recovery/finish",
    ];
    let mut asked = 0;
    for (path, operations) in document["paths"].as_object().unwrap() {
        for method in operations.as_object().unwrap().keys() {
            let short = path.strip_prefix("/api/v1").unwrap();
            if public.contains(&short) || method == "options" {
                continue;
            }
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let path = short.replace("{id}", &uuid());
            for token in [None, Some("x.y.z")] {
                let client = token.map_or(client.clone(), |token| client.with_token(token));
                let answer = client.request(method.clone(), &path).send().await;
                assert_eq!(answer.status, 401, "{method} {path}");
                if method != Method::HEAD {
                    answer.error(401, "UNAUTHORIZED");
                }
                asked += 1;
            }
        }
    }
    assert!(asked >= 2 * 20, "{asked}");
}
