//! Listings with page numbers, by accounts without keys.

use harness::account::Account;
use harness::client::Client;
use harness::form::{metadata, upload};
use serde_json::{Value, json};

use crate::start;

async fn names(client: &Client, query: &str) -> Vec<String> {
    let data = client.get(&format!("/files?{query}")).await.data();
    let files = data["files"].as_array().expect("a list").clone();
    files
        .iter()
        .map(|file| file["encrypted_filename"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_listed_in_pages_and_sorted() {
    let (_app, client) = start().await;
    let ann = Account::bare(&client, "ann@example.org").await;
    let long = "m".repeat(70);
    // In the order of upload; sizes and names in other orders.
    let files = [
        ("banana", 30),
        (&*format!("{long}b"), 10),
        ("Apple", 50),
        (&*format!("{long}a"), 20),
        ("cherry", 40),
    ];
    for (name, size) in files {
        upload(&ann.client, name, &vec![1; size]).await;
    }
    let data = ann.client.get("/files").await.data();
    assert_eq!(
        data["pagination"],
        json!({"total": 5, "page": 1, "limit": 20, "total_pages": 1})
    );
    let entry = &data["files"][0];
    assert_eq!(entry["encrypted_filename"], "cherry");
    assert_eq!(entry["encrypted_metadata"], metadata("cherry"));
    assert_eq!(entry["file_size"], 40);
    assert_eq!(entry["last_accessed"], Value::Null);
    assert_eq!(entry["parent_id"], Value::Null);
    assert_eq!(entry["is_directory"], false);
    assert_eq!(entry["is_owner"], true);
    assert_eq!(entry["owner"]["id"], json!(ann.user_id));
    assert_eq!(entry["owner"]["email"], "ann@example.org");
    assert_eq!(
        entry["permissions"],
        json!({"can_view": true, "can_edit": true, "can_delete": true})
    );
    assert_eq!(entry["shared_with"], 0);

    let uploaded = files.map(|(name, _)| name.to_owned());
    let mut newest = uploaded.clone();
    newest.reverse();
    let by_size = [&uploaded[1], &uploaded[3], "banana", "cherry", "Apple"].map(str::to_owned);
    let by_name = ["Apple", "banana", "cherry", &uploaded[3], &uploaded[1]].map(str::to_owned);
    for (query, mut expected) in [
        ("sort_by=uploaded_at", uploaded),
        ("sort_by=file_size", by_size),
        ("sort_by=encrypted_filename", by_name),
    ] {
        assert_eq!(
            names(&ann.client, &format!("{query}&order=asc")).await,
            expected
        );
        let mut pages = Vec::new();
        for page in 1..=3 {
            let query = format!("{query}&order=asc&limit=2&page={page}");
            pages.extend(names(&ann.client, &query).await);
        }
        assert_eq!(pages, expected, "{query}");
        expected.reverse();
        assert_eq!(
            names(&ann.client, &format!("{query}&order=desc")).await,
            expected
        );
        assert_eq!(names(&ann.client, query).await, expected);
    }
    let data = ann.client.get("/files?page=2&limit=2").await.data();
    assert_eq!(
        data["pagination"],
        json!({"total": 5, "page": 2, "limit": 2, "total_pages": 3})
    );
    let data = ann.client.get("/files?page=4&limit=2").await.data();
    assert_eq!(
        (&data["files"], &data["pagination"]["page"]),
        (&json!([]), &json!(4))
    );
    let data = ann.client.get("/files?limit=2&offset=3").await.data();
    assert_eq!(data["files"][0]["encrypted_filename"], newest[3]);
    assert_eq!(data["pagination"]["offset"], 3);
    assert_eq!(data["pagination"]["has_more"], false);
    let data = ann.client.get("/files?limit=2&offset=2").await.data();
    assert_eq!(data["pagination"]["has_more"], true);
    let bob = Account::bare(&client, "bob@example.org").await;
    let data = bob.client.get("/files").await.data();
    assert_eq!(
        data["pagination"],
        json!({"total": 0, "page": 1, "limit": 20, "total_pages": 0})
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn parameters_out_of_range_are_refused() {
    let (_app, client) = start().await;
    let ann = Account::bare(&client, "ann@example.org").await;
    for path in ["/files", "/folders/root/children"] {
        for query in [
            "page=0",
            "page=-1",
            "page=x",
            "page=",
            "page=99999999999999999999",
            "limit=0",
            "limit=101",
            "limit=x",
            "limit=1&limit=2",
            "offset=-1",
            "offset=x",
            "offset=1&page=1",
            "sort_by=name",
            "sort_by=",
            "order=up",
        ] {
            let answer = ann.client.get(&format!("{path}?{query}")).await;
            let details = answer.error(400, "BAD_REQUEST");
            let name = query.split('=').next().unwrap();
            assert_eq!(details["parameter"], name, "{query}");
        }
        for query in [
            "page=92233720368547758&limit=100",
            "offset=9223372036854775807",
        ] {
            ann.client.get(&format!("{path}?{query}")).await.expect(200);
        }
    }
    for query in [
        "parent_id=7",
        "deleted=yes",
        "owner_filter=mine",
        "include_family=1",
    ] {
        let answer = ann.client.get(&format!("/files?{query}")).await;
        answer.error(400, "BAD_REQUEST");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_choose_what_is_listed() {
    let (_app, client) = start().await;
    let ann = Account::bare(&client, "ann@example.org").await;
    let folder = ann
        .client
        .post("/folders", &json!({"encrypted_filename": "folder"}))
        .await;
    let folder = folder.data()["id"].as_str().unwrap().to_owned();
    let top = upload(&ann.client, "top", b"1").await;
    let inside = upload(&ann.client, "inside", b"2").await;
    let gone = upload(&ann.client, "gone", b"3").await;
    let body = json!({"parent_id": folder});
    for id in [&inside, &gone] {
        ann.client
            .put(&format!("/files/{id}"), &body)
            .await
            .expect(200);
    }
    ann.client
        .delete(&format!("/files/{gone}"))
        .await
        .expect(200);
    let sorted = async |query: &str| {
        let mut names = names(&ann.client, query).await;
        names.sort();
        names
    };
    // One flat list of files, and no folders in it.
    assert_eq!(sorted("").await, ["inside", "top"]);
    assert_eq!(sorted("parent_id=root").await, ["folder", "top"]);
    assert_eq!(sorted(&format!("parent_id={folder}")).await, ["inside"]);
    assert_eq!(sorted("deleted=true").await, ["gone"]);
    assert_eq!(sorted("deleted=false").await, ["inside", "top"]);
    assert_eq!(sorted("deleted=true&parent_id=root").await, [""; 0]);
    let query = format!("deleted=true&parent_id={folder}");
    assert_eq!(sorted(&query).await, ["gone"]);
    for query in [
        "owner_filter=own",
        "owner_filter=all",
        "include_family=true",
    ] {
        assert_eq!(sorted(query).await, ["inside", "top"]);
    }
    let data = ann.client.get("/files?owner_filter=family").await.data();
    assert_eq!(
        (&data["files"], &data["pagination"]["total"]),
        (&json!([]), &json!(0))
    );
    let data = ann.client.get("/files?deleted=true").await.data();
    assert!(data["files"][0]["deleted_at"].is_string());
    assert_eq!(data["pagination"]["total"], 1);
    let not_a_folder = ann.client.get(&format!("/files?parent_id={top}")).await;
    not_a_folder.error(404, "NOT_FOUND");

    let data = ann
        .client
        .get("/folders/root/children?order=asc")
        .await
        .data();
    assert_eq!(data["folder"], Value::Null);
    assert_eq!(data["children"][0]["encrypted_filename"], "folder");
    assert_eq!(data["children"][0]["is_directory"], true);
    assert_eq!(data["children"][0]["file_size"], 0);
    assert_eq!(data["children"][1]["encrypted_filename"], "top");
    assert_eq!(data["pagination"]["total"], 2);
    let data = ann
        .client
        .get(&format!("/folders/{folder}/children"))
        .await
        .data();
    assert_eq!(data["folder"]["id"], json!(folder));
    assert_eq!(data["children"][0]["parent_id"], json!(folder));
    assert_eq!(data["children"].as_array().unwrap().len(), 1);
    let not_a_folder = ann.client.get(&format!("/folders/{top}/children")).await;
    not_a_folder.error(404, "NOT_FOUND");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vaults_files_are_listed_likewise() {
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let folder = ann.create_folder(&ann.root).await;
    let file = ann.create_file(&folder, b"x").await;
    let data = ann.client.get("/files").await.data();
    let entry = &data["files"][0];
    assert_eq!(entry["id"], json!(file));
    assert_eq!(entry["parent_id"], json!(folder));
    assert_eq!(entry["encrypted_metadata"], json!({}));
    let data = ann.client.get("/files?parent_id=root").await.data();
    assert_eq!(data["files"][0]["id"], json!(folder));
    assert_eq!(data["files"][0]["is_directory"], true);
    let path = ann.client.get(&format!("/files/{file}/path")).await.data();
    let ids: Vec<_> = path["path"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["id"].clone())
        .collect();
    assert_eq!(ids, [json!(ann.root), json!(folder), json!(file)]);
    ann.commit(json!([{"type": "trash", "node": folder}]), &[&ann.root])
        .await
        .expect(200);
    let data = ann.client.get("/files?deleted=true").await.data();
    assert_eq!(data["files"][0]["id"], json!(folder));
    assert_eq!(data["pagination"]["total"], 1);
    assert_eq!(names(&ann.client, "").await, [""; 0]);
}

/// Two accounts with the same of everything: every listing of one has nothing of the other's.
#[tokio::test(flavor = "multi_thread")]
async fn every_listing_is_of_ones_own() {
    let (_app, client) = start().await;
    let mut accounts = Vec::new();
    for email in ["ann@example.org", "eve@example.org"] {
        let account = Account::bare(&client, email).await;
        let body = json!({"encrypted_filename": "folder"});
        let folder = account.client.post("/folders", &body).await.data()["id"].clone();
        let mut trashed = upload(&account.client, "trashed", b"x").await;
        for n in 0..2 {
            let path = format!("/files/{trashed}");
            account.client.delete(&path).await.expect(200);
            upload(&account.client, "at the top", b"x").await;
            let inside = upload(&account.client, &format!("inside {n}"), b"x").await;
            let body = json!({"parent_id": folder});
            let moved = account.client.put(&format!("/files/{inside}"), &body).await;
            moved.expect(200);
            trashed = inside;
        }
        accounts.push((account, folder.as_str().unwrap().to_owned()));
    }
    for (account, folder) in &accounts {
        let own = json!(account.user_id);
        for (list, path) in [
            ("files", "/files?limit=100".to_owned()),
            ("files", "/files?limit=100&parent_id=root".to_owned()),
            ("files", format!("/files?limit=100&parent_id={folder}")),
            ("files", "/files?limit=100&deleted=true".to_owned()),
            (
                "files",
                "/files?limit=100&deleted=true&parent_id=root".to_owned(),
            ),
            (
                "files",
                format!("/files?limit=100&deleted=true&parent_id={folder}"),
            ),
            ("children", "/folders/root/children?limit=100".to_owned()),
            ("children", format!("/folders/{folder}/children?limit=100")),
        ] {
            for sort_by in ["uploaded_at", "file_size", "encrypted_filename"] {
                for order in ["asc", "desc"] {
                    let path = format!("{path}&sort_by={sort_by}&order={order}");
                    let data = account.client.get(&path).await.data();
                    let entries = data[list].as_array().unwrap();
                    assert!(!entries.is_empty(), "{path}");
                    assert_eq!(data["pagination"]["total"], entries.len(), "{path}");
                    for entry in entries {
                        let details = account
                            .client
                            .get(&format!("/files/{}", entry["id"].as_str().unwrap()))
                            .await;
                        assert_eq!(details.data()["owner"]["id"], own, "{path}");
                    }
                }
            }
        }
        let largest = account.client.get("/user/storage").await.data()["largest_file"].clone();
        let path = format!("/files/{}", largest["id"].as_str().unwrap());
        account.client.get(&path).await.expect(200);
    }
}
