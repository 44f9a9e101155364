use harness::account::{Account, create_file, create_folder, head, sealed, uuid, version};
use serde_json::{Value, json};

use crate::start;

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_gets_the_first_answer() {
    let (mut app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let upload = ann.client.upload(b"hello").await;
    let body = json!({
        "id": uuid(),
        "changes": [create_file(&uuid(), &ann.root, &upload)],
        "heads": [head(&ann.root, 1)],
    });
    let first = ann.client.post("/commits", &body).await.data();
    assert_eq!(first["id"], body["id"]);
    assert_eq!(
        (&first["storage_used"], &first["storage_limit"]),
        (&json!(5), &json!(5_368_709_120_u64))
    );
    ann.create_file(&ann.root, b"more").await;
    app.restart().await;
    assert_eq!(ann.client.post("/commits", &body).await.data(), first);
    // Also when it says something else by now, as long as it is well-formed.
    let other = ann.client.upload(b"unused").await;
    let mut changed = body.clone();
    changed["changes"] = json!([create_file(&uuid(), &ann.root, &other)]);
    assert_eq!(ann.client.post("/commits", &changed).await.data(), first);
    let file = uuid();
    let answer = ann
        .commit(json!([create_file(&file, &ann.root, &other)]), &[&ann.root])
        .await;
    answer.expect(200);
    assert_eq!(
        ann.client.get(&format!("/files/{file}/content")).await.body,
        b"unused"
    );
    // The id is another account's to use as well.
    let bob = Account::vault(&client, "bob@example.org").await;
    let body = json!({
        "id": body["id"],
        "changes": [create_folder(&uuid(), &bob.root)],
        "heads": [head(&bob.root, 1)],
    });
    bob.client
        .post("/commits", &body)
        .await
        .error(428, "HEAD_REQUIRED");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_folder_that_changes_needs_a_head() {
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let folder = ann.create_folder(&ann.root).await;
    let file = ann.create_file(&folder, b"x").await;
    let inner = uuid();
    let cases = [
        (create_folder(&inner, &folder), vec![&folder, &inner]),
        (
            json!({"type": "metadata", "node": folder, "metadata": {"rev": 2, "sealed": sealed(200)}}),
            vec![&folder, &ann.root],
        ),
        (
            json!({"type": "metadata", "node": file, "metadata": {"rev": 2, "sealed": sealed(200)}}),
            vec![&folder],
        ),
        // The root is in no other folder.
        (
            json!({"type": "metadata", "node": ann.root, "metadata": {"rev": 2, "sealed": sealed(200)}}),
            vec![&ann.root],
        ),
        (json!({"type": "trash", "node": file}), vec![&folder]),
        (json!({"type": "trash", "node": folder}), vec![&ann.root]),
        (json!({"type": "restore", "node": folder}), vec![&ann.root]),
        (json!({"type": "purge", "node": folder}), vec![&ann.root]),
    ];
    for (change, expected) in cases {
        let answer = ann.commit_with(json!([change]), vec![]).await;
        let details = answer.error(428, "HEAD_REQUIRED");
        let mut folders: Vec<&str> = details["folders"]
            .as_array()
            .unwrap()
            .iter()
            .map(|id| id.as_str().unwrap())
            .collect();
        let mut expected: Vec<&str> = expected.iter().map(|id| id.as_str()).collect();
        folders.sort_unstable();
        expected.sort_unstable();
        assert_eq!(folders, expected, "{change}");
    }
    assert_eq!(ann.seq(&folder).await, 2, "nothing of that happened");
    assert_eq!(ann.storage().await.2, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_head_is_answered_with_the_current_one() {
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let change = || json!([create_folder(&uuid(), &ann.root)]);
    let folder = ann.create_folder(&ann.root).await;
    let page = ann.client.get("/folders/root/children").await.data();
    for stale in [0, 1, 3] {
        let details = ann
            .commit_with(change(), vec![head(&ann.root, stale)])
            .await
            .error(409, "HEAD_CONFLICT");
        assert_eq!(details["heads"], json!([page["head"]]));
        assert_eq!(details["missing"], json!([]));
    }
    // A seq may skip, and is never taken back.
    let mut skipping = head(&ann.root, 2);
    skipping["seq"] = json!(10);
    let inner = uuid();
    let heads = vec![skipping, head(&inner, 0)];
    ann.commit_with(json!([create_folder(&inner, &ann.root)]), heads)
        .await
        .expect(200);
    assert_eq!(ann.seq("root").await, 10);
    // A folder that another device purged meanwhile.
    ann.commit(json!([{"type": "purge", "node": folder}]), &[&ann.root])
        .await
        .expect(200);
    let heads = vec![head(&folder, 1)];
    let details = ann
        .commit_with(json!([create_folder(&uuid(), &folder)]), heads)
        .await
        .error(409, "HEAD_CONFLICT");
    assert_eq!(
        details,
        json!({"heads": [], "others": [], "missing": [folder]})
    );
}

/// A small request that names many folders is not answered with all that is sealed in their heads.
#[tokio::test(flavor = "multi_thread")]
async fn of_many_stale_heads_only_so_many_are_told_in_full() {
    const FOLDERS: usize = 40;
    const HEAD: usize = 16 * 1024;
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let folders: Vec<String> = (0..FOLDERS).map(|_| uuid()).collect();
    let create = folders
        .iter()
        .map(|folder| create_folder(folder, &ann.root));
    let mut heads: Vec<Value> = folders.iter().map(|folder| head(folder, 0)).collect();
    for head in &mut heads {
        head["sealed"] = json!(sealed(HEAD));
    }
    heads.push(head(&ann.root, 1));
    let changes: Vec<Value> = create.collect();
    ann.commit_with(json!(changes), heads).await.expect(200);

    let stale = folders.iter().map(|folder| head(folder, 7)).collect();
    let change = json!([create_folder(&uuid(), &ann.root)]);
    let answer = ann.commit_with(change, stale).await;
    let details = answer.error(409, "HEAD_CONFLICT");
    let told = details["heads"].as_array().unwrap();
    assert_eq!(told.len(), 256 * 1024 / HEAD);
    let others = details["others"].as_array().unwrap();
    let named: Vec<&str> = told
        .iter()
        .chain(others)
        .map(|head| head["node"].as_str().unwrap())
        .collect();
    assert_eq!(named, folders, "of the rest it says where they are");
    assert!(
        others
            .iter()
            .all(|head| head["seq"] == 1 && head.get("sealed").is_none())
    );
    assert!(answer.body.len() < 400 * 1024, "{}", answer.body.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_commits_on_one_head_one_wins() {
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let mut tasks = Vec::new();
    for _ in 0..8 {
        let (client, root, id) = (ann.client.clone(), ann.root.clone(), uuid());
        tasks.push(tokio::spawn(async move {
            let body = json!({
                "id": uuid(),
                "changes": [create_folder(&id, &root)],
                "heads": [head(&root, 1), head(&id, 0)],
            });
            client.post("/commits", &body).await.status
        }));
    }
    let mut statuses = Vec::new();
    for task in tasks {
        statuses.push(task.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [vec![200], vec![409; 7]].concat());
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_are_used_once_for_ever() {
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let file = uuid();
    let upload = ann.client.upload(b"x").await;
    let mut change = create_file(&file, &ann.root, &upload);
    let version_id = change["version"]["id"].clone();
    ann.commit(json!([change]), &[&ann.root]).await.expect(200);
    let try_again = async |change: Value| {
        ann.commit(json!([change]), &[&ann.root])
            .await
            .error(409, "CONFLICT");
    };
    let fresh = ann.client.upload(b"y").await;
    try_again(create_file(&file, &ann.root, &fresh)).await;
    try_again(create_file(&uuid(), &ann.root, &upload)).await;
    change = create_file(&uuid(), &ann.root, &fresh);
    change["version"]["id"] = version_id.clone();
    try_again(change.clone()).await;
    ann.commit(json!([{"type": "purge", "node": file}]), &[&ann.root])
        .await
        .expect(200);
    try_again(create_file(&file, &ann.root, &fresh)).await;
    try_again(change).await;
    for kind in ["trash", "restore", "purge"] {
        try_again(json!({"type": kind, "node": file})).await;
    }
    let other = create_file(&uuid(), &ann.root, &fresh);
    ann.commit(json!([other]), &[&ann.root]).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_is_refused_as_a_whole() {
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let file = ann.create_file(&ann.root, b"one").await;
    let folder = ann.create_folder(&ann.root).await;
    let unfinished = ann.client.create_upload(10, b"abc").await.upload_id();
    let metadata = |node: &str, rev: u64| json!({"type": "metadata", "node": node, "metadata": {"rev": rev, "sealed": sealed(200)}});
    let new_version = |node: &str, upload: &str| json!({"type": "version", "node": node, "version": version(upload)});
    let unused = ann.client.upload(b"unused").await;
    let bad = [
        metadata(&file, 3),
        metadata(&uuid(), 2),
        new_version(&file, &unfinished),
        new_version(&file, &uuid()),
        new_version(&folder, &unused),
        new_version(&uuid(), &unused),
        create_folder(&uuid(), &file),
        create_folder(&uuid(), &uuid()),
        create_folder(&folder, &ann.root),
        json!({"type": "trash", "node": ann.root}),
        json!({"type": "purge", "node": ann.root}),
        json!({"type": "purge", "node": uuid()}),
    ];
    for change in bad {
        let good = uuid();
        let heads = vec![
            head(&ann.root, ann.seq("root").await),
            head(&folder, ann.seq(&folder).await),
            head(&good, 0),
        ];
        let changes = json!([create_folder(&good, &ann.root), change]);
        let details = ann.commit_with(changes, heads).await.error(409, "CONFLICT");
        assert_eq!(details, json!({"change": 1}), "{change}");
        ann.client
            .get(&format!("/folders/{good}/children"))
            .await
            .error(404, "NOT_FOUND");
    }
    ann.commit(json!([new_version(&file, &unused)]), &[&ann.root])
        .await
        .expect(200);
    assert_eq!(ann.storage().await.0, 9);
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_are_checked_before_anything_else() {
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let file = |edit: &dyn Fn(&mut Value)| {
        let mut change = create_file(&uuid(), &ann.root, &uuid());
        edit(&mut change);
        change
    };
    let trash = || json!({"type": "trash", "node": uuid()});
    let one = |change: Value| (vec![change], vec![]);
    let upload = uuid();
    type Commit = (Vec<Value>, Vec<Value>);
    let cases: Vec<(&str, Commit)> = vec![
        ("changes", (vec![], vec![])),
        ("changes", (vec![trash(); 1001], vec![])),
        (
            "changes[0].wrapped_key",
            one(file(&|c| c["wrapped_key"] = json!(sealed(103)))),
        ),
        (
            "changes[0].metadata.rev",
            one(file(&|c| c["metadata"]["rev"] = json!(2))),
        ),
        (
            "changes[0].metadata.sealed",
            one(file(&|c| c["metadata"]["sealed"] = json!(sealed(65_537)))),
        ),
        (
            "changes[0].version",
            one(file(&|c| c["version"] = Value::Null)),
        ),
        (
            "changes[0].version",
            one(file(&|c| c["kind"] = json!("folder"))),
        ),
        (
            "changes[0].version.record",
            one(file(&|c| c["version"]["record"] = json!(sealed(4097)))),
        ),
        (
            "changes[0].version.wrapped_key",
            one(file(&|c| c["version"]["wrapped_key"] = json!(""))),
        ),
        (
            "changes[1].version.upload",
            (
                vec![
                    create_file(&uuid(), &ann.root, &upload),
                    create_file(&uuid(), &ann.root, &upload),
                ],
                vec![],
            ),
        ),
        (
            "heads[0].seq",
            (
                vec![trash()],
                vec![json!({"node": ann.root, "expected_seq": 1, "seq": 1, "sealed": sealed(400)})],
            ),
        ),
        (
            "heads[0].seq",
            (
                vec![trash()],
                vec![
                    json!({"node": ann.root, "expected_seq": 1, "seq": u64::MAX, "sealed": sealed(400)}),
                ],
            ),
        ),
        (
            "heads[0].sealed",
            (
                vec![trash()],
                vec![
                    json!({"node": ann.root, "expected_seq": 1, "seq": 2, "sealed": sealed(16_385)}),
                ],
            ),
        ),
        (
            "heads[1].node",
            (vec![trash()], vec![head(&ann.root, 1), head(&ann.root, 1)]),
        ),
        ("changes[0].type", one(json!({"type": "conquer"}))),
        ("changes[0].kind", one(file(&|c| c["kind"] = json!("pipe")))),
        ("changes[0].id", one(file(&|c| c["id"] = json!("7")))),
        (
            "changes[0].node",
            one(json!({"type": "purge", "id": uuid()})),
        ),
        ("heads", (vec![trash()], vec![head(&ann.root, 1); 2001])),
    ];
    for (field, (changes, heads)) in cases {
        let answer = ann.commit_with(json!(changes), heads).await;
        let details = answer.error(422, "VALIDATION_ERROR");
        assert!(details["fields"][field].is_string(), "{field}: {details}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_may_hold_a_thousand_changes() {
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let ids: Vec<String> = (0..1000).map(|_| uuid()).collect();
    let changes: Vec<Value> = ids.iter().map(|id| create_folder(id, &ann.root)).collect();
    let mut heads: Vec<Value> = ids.iter().map(|id| head(id, 0)).collect();
    heads.push(head(&ann.root, 1));
    ann.commit_with(json!(changes), heads).await.expect(200);
    let page = ann.client.get("/folders/root/children").await.data();
    assert_eq!(page["children"].as_array().unwrap().len(), 1000);
    assert_eq!(page["next_cursor"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purge_takes_everything_below_and_gives_the_quota_back() {
    let (app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let outer = ann.create_folder(&ann.root).await;
    let inner = ann.create_folder(&outer).await;
    let mut files = Vec::new();
    for size in [100, 200, 300] {
        files.push(ann.create_file(&inner, &vec![1; size]).await);
    }
    let kept = ann.create_file(&ann.root, &[1; 7]).await;
    let upload = ann.client.upload(&[2; 50]).await;
    let change = json!([{"type": "version", "node": files[0], "version": version(&upload)}]);
    ann.commit(change, &[&inner]).await.expect(200);
    assert_eq!(ann.storage().await.0, 657);
    let answer = ann
        .commit(json!([{"type": "purge", "node": outer}]), &[&ann.root])
        .await;
    assert_eq!(answer.data()["storage_used"], 7);
    assert_eq!(ann.storage().await, (7, 5_368_709_113, 1));
    assert_eq!(blobs(&app), 1, "the bytes are gone before the answer");
    for file in &files {
        ann.client
            .get(&format!("/files/{file}"))
            .await
            .error(410, "GONE");
        ann.client
            .get(&format!("/files/{file}/download"))
            .await
            .error(410, "GONE");
        ann.client
            .get(&format!("/files/{file}/content"))
            .await
            .error(410, "GONE");
    }
    for folder in [&outer, &inner] {
        ann.client
            .get(&format!("/folders/{folder}/children"))
            .await
            .error(404, "NOT_FOUND");
    }
    assert_eq!(
        ann.client.get(&format!("/files/{kept}/content")).await.body,
        [1; 7]
    );
}

/// How many blobs the server has on its disk.
pub(crate) fn blobs(app: &harness::TestApp) -> usize {
    let folders = std::fs::read_dir(app.data_dir().join("blobs")).unwrap();
    folders
        .map(|folder| std::fs::read_dir(folder.unwrap().path()).unwrap().count())
        .sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_trash_hides_what_is_below_and_gives_it_back() {
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let outer = ann.create_folder(&ann.root).await;
    let inner = ann.create_folder(&outer).await;
    let first = ann.create_file(&inner, b"1").await;
    let second = ann.create_file(&outer, b"2").await;
    let live = async || {
        let list = ann.client.get("/files?sort_by=file_size").await.data();
        let files = list["files"].as_array().unwrap().len();
        assert_eq!(list["pagination"]["total"], files);
        files
    };
    let change = async |kind: &str, node: &str, folder: &str| {
        ann.commit(json!([{"type": kind, "node": node}]), &[folder])
            .await
            .expect(200);
    };
    assert_eq!(live().await, 2);
    change("trash", &first, &inner).await;
    assert_eq!(live().await, 1);
    change("trash", &outer, &ann.root).await;
    assert_eq!(live().await, 0);
    // Its owner still sees it, and what is in the trash is not downloaded.
    let details = ann.client.get(&format!("/files/{second}")).await.data();
    assert_eq!(
        details["node"]["trashed_at"],
        Value::Null,
        "only the top is marked"
    );
    assert!(
        ann.client.get(&format!("/files/{first}")).await.data()["node"]["trashed_at"].is_string()
    );
    ann.client
        .get(&format!("/files/{second}/download"))
        .await
        .error(410, "GONE");
    ann.client
        .get(&format!("/files/{second}/content"))
        .await
        .error(410, "GONE");
    assert_eq!(ann.storage().await.2, 2, "the trash counts");
    change("trash", &outer, &ann.root).await;
    change("restore", &outer, &ann.root).await;
    assert_eq!(live().await, 1, "what was trashed on its own stays there");
    change("restore", &first, &inner).await;
    assert_eq!(live().await, 2);
    change("restore", &first, &inner).await;
    assert_eq!(live().await, 2);
    // Out of the trash, but in a folder that is in it.
    change("trash", &first, &inner).await;
    change("trash", &outer, &ann.root).await;
    change("restore", &first, &inner).await;
    assert_eq!(live().await, 0);
    change("restore", &outer, &ann.root).await;
    assert_eq!(live().await, 2);
    // What is made in a trashed folder is hidden with it, and purged from there.
    change("trash", &inner, &outer).await;
    ann.create_file(&inner, b"3").await;
    assert_eq!(live().await, 1);
    change("purge", &inner, &outer).await;
    assert_eq!(live().await, 1);
    assert_eq!(ann.storage().await, (1, 5_368_709_119, 1));
}
