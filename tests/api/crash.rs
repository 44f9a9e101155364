//! The server is killed at random moments: whatever it acknowledged is there afterwards, whatever
//! it did not is there as a whole or not at all, and nothing is left over.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use harness::account::{Account, create_file, create_folder, head, sealed, uuid, version};
use harness::client::{Client, OFFSET};
use reqwest::Method;
use serde_json::{Value, json};

use crate::commits::blobs;
use crate::unlimited;

/// What a writer was told, and what it asked for last.
#[derive(Default)]
struct Ledger {
    /// Files whose commit was acknowledged, with their sizes.
    files: BTreeMap<String, usize>,
    /// The acknowledged offset of each upload.
    offsets: BTreeMap<String, u64>,
    /// The commit that may or may not have happened.
    pending: Option<(Value, String, usize)>,
    seq: u64,
}

fn content(size: usize) -> Vec<u8> {
    (0..size).map(|n| (n % 251) as u8).collect()
}

/// Uploads and commits until the server goes away.
async fn work(client: Client, root: String, ledger: Arc<Mutex<Ledger>>) {
    for round in 0_usize.. {
        let size = 1 + (round * 77_773) % 400_000;
        let data = content(size);
        let half = size / 2;
        let mut request = client
            .request(Method::POST, "/uploads")
            .header("tus-resumable", "1.0.0")
            .header("upload-length", size.to_string());
        // Every other upload comes whole with its creation.
        let whole = round % 2 == 1;
        if whole {
            request = request.header("content-type", OFFSET).body(data.clone());
        }
        let Ok(answer) = request.try_send().await else {
            return;
        };
        answer.expect(201);
        let id = answer.upload_id();
        let offset = if whole { size as u64 } else { 0 };
        ledger.lock().unwrap().offsets.insert(id.clone(), offset);
        let parts: &[_] = if whole {
            &[]
        } else {
            &[(0, half), (half, size)]
        };
        for &(from, to) in parts {
            let request = client
                .request(Method::PATCH, &format!("/uploads/{id}"))
                .header("tus-resumable", "1.0.0")
                .header("upload-offset", from.to_string())
                .header("content-type", OFFSET)
                .body(data[from..to].to_vec());
            let Ok(answer) = request.try_send().await else {
                return;
            };
            answer.expect(204);
            ledger.lock().unwrap().offsets.insert(id.clone(), to as u64);
        }
        let file = uuid();
        let body = {
            let mut ledger = ledger.lock().unwrap();
            let body = json!({
                "id": uuid(),
                "changes": [create_file(&file, &root, &id)],
                "heads": [head(&root, ledger.seq)],
            });
            ledger.pending = Some((body.clone(), file.clone(), size));
            body
        };
        let request = client.request(Method::POST, "/commits").json(&body);
        let Ok(answer) = request.try_send().await else {
            return;
        };
        answer.expect(200);
        let mut ledger = ledger.lock().unwrap();
        ledger.offsets.remove(&id);
        ledger.files.insert(file, size);
        ledger.pending = None;
        ledger.seq += 1;
    }
}

/// How often the server is killed: 20 times, or as often as `STRONGROOM_CRASH_CYCLES` says.
fn cycles() -> u64 {
    std::env::var("STRONGROOM_CRASH_CYCLES").map_or(20, |count| count.parse().expect("a number"))
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_and_nothing_is_left_over() {
    let mut app = unlimited()
        .env("STRONGROOM_SWEEP_INTERVAL", "1")
        // What was begun without the client ever learning of it goes within the test.
        .env("STRONGROOM_UPLOAD_EXPIRY", "20")
        .start()
        .await;
    let client = Client::new(app.url());
    let ann = Account::vault(&client, "ann@example.org").await;
    let ledger = Arc::new(Mutex::new(Ledger {
        seq: 1,
        ..Ledger::default()
    }));
    for cycle in 0..cycles() {
        let fresh = Client::new(app.url()).with_token(ann.client.token().unwrap());
        let worker = tokio::spawn(work(fresh, ann.root.clone(), Arc::clone(&ledger)));
        // Any moment will do; these are spread over the steps of an upload and a commit.
        tokio::time::sleep(Duration::from_millis(15 + cycle * 17 % 120)).await;
        tokio::task::block_in_place(|| app.kill());
        worker.await.unwrap();
        app.restart().await;

        // The commit that got no answer gets one now, and it happens once.
        let pending = ledger.lock().unwrap().pending.take();
        if let Some((body, file, size)) = pending {
            ann.client.post("/commits", &body).await.expect(200);
            let upload = body["changes"][0]["version"]["upload"].as_str().unwrap();
            let mut ledger = ledger.lock().unwrap();
            ledger.offsets.remove(upload);
            ledger.files.insert(file, size);
            ledger.seq += 1;
        }
        let offsets = std::mem::take(&mut ledger.lock().unwrap().offsets);
        for (id, acknowledged) in offsets {
            let offset = ann
                .client
                .upload_offset(&id)
                .await
                .expect("the upload is there");
            assert!(offset >= acknowledged, "{offset} < {acknowledged}");
            let path = format!("/uploads/{id}");
            let request = ann.client.request(Method::DELETE, &path);
            let request = request.header("tus-resumable", "1.0.0");
            request.send().await.expect(204);
        }
    }

    let files = ledger.lock().unwrap().files.clone();
    assert_eq!(ann.seq("root").await, ledger.lock().unwrap().seq);
    let mut stored = 0;
    for (file, size) in &files {
        let answer = ann.client.get(&format!("/files/{file}/content")).await;
        assert_eq!(answer.body, content(*size), "{file}");
        stored += *size as u64;
    }
    let (used, _, count) = ann.storage().await;
    assert_eq!((used, count), (stored, files.len() as u64));

    app.restart().await;
    let staged = || {
        let folder = std::fs::read_dir(app.data_dir().join("staged")).unwrap();
        folder.count()
    };
    // An upload of which its client never learnt holds its length until it expires, bytes or not.
    let left = async || {
        let (used, available, _) = ann.storage().await;
        (
            blobs(&app),
            staged(),
            used,
            5_368_709_120 - used - available,
        )
    };
    let nothing = (files.len(), 0, stored, 0);
    for _ in 0..600 {
        if left().await == nothing {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(
        left().await,
        nothing,
        "one blob for each file, and no more; nothing is held"
    );
}

/// A tree whose every acknowledged change is known: which file has which versions, with their
/// bytes' number, and which folder each node is in.
#[derive(Clone)]
struct Model {
    /// The heads' counters.
    seqs: BTreeMap<String, u64>,
    /// Where each node is.
    parents: BTreeMap<String, String>,
    /// The versions of each file, oldest first: the version, its blob, and that one's length.
    files: BTreeMap<String, Vec<(String, String, usize)>>,
}

impl Model {
    /// What a commit does, and what the tree is after it. `kind` goes round.
    fn next(&self, root: &str, round: usize, upload: (&str, usize)) -> (Value, Self) {
        let mut after = self.clone();
        let mut changes = Vec::new();
        let mut touched = Vec::new();
        let folders: Vec<_> = self.seqs.keys().filter(|id| *id != root).cloned().collect();
        let files: Vec<_> = self.files.keys().cloned().collect();
        let file = |n: usize| files[n % files.len()].clone();
        match round % 6 {
            // A folder, and a file in it, at once.
            0 => {
                let (folder, file) = (uuid(), uuid());
                let create = create_file(&file, &folder, upload.0);
                let version = create["version"]["id"].as_str().unwrap().to_owned();
                changes.extend([create_folder(&folder, root), create]);
                touched.extend([root.to_owned(), folder.clone()]);
                after.seqs.insert(folder.clone(), 0);
                after.parents.insert(folder.clone(), root.to_owned());
                after.parents.insert(file.clone(), folder);
                after
                    .files
                    .insert(file, vec![(version, upload.0.to_owned(), upload.1)]);
            }
            // Another version, from an upload.
            1 => {
                let file = file(round / 6);
                let new = version(upload.0);
                let id = new["id"].as_str().unwrap().to_owned();
                changes.push(json!({"type": "version", "node": file, "version": new}));
                touched.push(self.parents[&file].clone());
                let versions = after.files.get_mut(&file).unwrap();
                versions.push((id, upload.0.to_owned(), upload.1));
            }
            // A copy, which shares the bytes.
            2 => {
                let (source, copy) = (file(round / 6), uuid());
                let (from, blob, size) = self.files[&source][0].clone();
                let mut create = create_file(&copy, root, "");
                let fields = create["version"].as_object_mut().unwrap();
                fields.remove("upload");
                fields.insert("copy_of".into(), json!(from));
                let id = create["version"]["id"].as_str().unwrap().to_owned();
                changes.push(create);
                touched.push(root.to_owned());
                after.parents.insert(copy.clone(), root.to_owned());
                after.files.insert(copy, vec![(id, blob, size)]);
            }
            // A move into another folder, or out of it.
            3 => {
                let file = file(round / 6 + 1);
                let from = self.parents[&file].clone();
                let to = folders.iter().find(|id| **id != from).cloned();
                let to = to.unwrap_or_else(|| root.to_owned());
                if to != from {
                    let key = sealed(104);
                    changes.push(
                        json!({"type": "move", "node": file, "parent": to, "wrapped_key": key}),
                    );
                    touched.extend([from, to.clone()]);
                    after.parents.insert(file, to);
                }
            }
            // The oldest version goes; its bytes stay where a copy has them.
            4 => {
                let many = self.files.iter().find(|(_, versions)| versions.len() > 1);
                if let Some((file, versions)) = many {
                    changes.push(
                        json!({"type": "drop-version", "node": file, "version": versions[0].0}),
                    );
                    touched.push(self.parents[file].clone());
                    after.files.get_mut(file).unwrap().remove(0);
                }
            }
            // A folder goes for good, with all that is in it.
            _ => {
                if folders.len() > 2 {
                    let gone = folders[0].clone();
                    changes.push(json!({"type": "purge", "node": gone}));
                    touched.push(root.to_owned());
                    after.seqs.remove(&gone);
                    after.parents.remove(&gone);
                    after.files.retain(|file, _| self.parents[file] != gone);
                    after.parents.retain(|_, parent| *parent != gone);
                }
            }
        }
        let heads: Vec<_> = touched
            .iter()
            .map(|folder| head(folder, self.seqs.get(folder).copied().unwrap_or(0)))
            .collect();
        for folder in touched {
            *after.seqs.get_mut(&folder).unwrap() += 1;
        }
        let body = json!({"id": uuid(), "changes": changes, "heads": heads});
        (body, after)
    }

    fn stored(&self) -> u64 {
        let sizes = self
            .files
            .values()
            .flatten()
            .map(|(_, _, size)| *size as u64);
        sizes.sum()
    }

    fn blobs(&self) -> usize {
        let blobs = self.files.values().flatten().map(|(_, blob, _)| blob);
        blobs.collect::<BTreeSet<_>>().len()
    }
}

/// What a writer knows for sure, and what may have happened or not.
struct Known {
    model: Model,
    round: usize,
    pending: Option<(Value, Model)>,
    /// An upload that may be left over.
    uploads: Vec<String>,
}

/// Changes the tree until the server goes away.
async fn change(client: Client, root: String, known: Arc<Mutex<Known>>) {
    loop {
        let round = known.lock().unwrap().round;
        let size = 1 + round * 7919 % 3000;
        let mut upload = String::new();
        if round % 6 < 2 {
            let request = client
                .request(Method::POST, "/uploads")
                .header("tus-resumable", "1.0.0")
                .header("upload-length", size.to_string())
                .header("content-type", OFFSET);
            let Ok(answer) = request.body(content(size)).try_send().await else {
                return;
            };
            answer.expect(201);
            upload = answer.upload_id();
            known.lock().unwrap().uploads.push(upload.clone());
        }
        let body = {
            let mut known = known.lock().unwrap();
            known.round += 1;
            let (body, after) = known.model.next(&root, round, (&upload, size));
            if body["changes"].as_array().unwrap().is_empty() {
                continue;
            }
            known.pending = Some((body.clone(), after));
            body
        };
        let request = client.request(Method::POST, "/commits").json(&body);
        let Ok(answer) = request.try_send().await else {
            return;
        };
        answer.expect(200);
        known.lock().unwrap().happened();
    }
}

impl Known {
    fn happened(&mut self) {
        let (_, after) = self.pending.take().unwrap();
        self.model = after;
        self.uploads.clear();
    }
}

/// Folders made and purged, files moved and copied, versions added and dropped, with the server
/// killed in the middle again and again.
#[tokio::test(flavor = "multi_thread")]
async fn row_40_a_tree_survives_being_killed_in_any_change() {
    let mut app = unlimited()
        .env("STRONGROOM_SWEEP_INTERVAL", "1")
        .env("STRONGROOM_UPLOAD_EXPIRY", "20")
        .start()
        .await;
    let client = Client::new(app.url());
    let ann = Account::vault(&client, "ann@example.org").await;
    let root = ann.root.clone();
    let known = Arc::new(Mutex::new(Known {
        model: Model {
            seqs: BTreeMap::from([(root.clone(), 1)]),
            parents: BTreeMap::new(),
            files: BTreeMap::new(),
        },
        round: 0,
        pending: None,
        uploads: Vec::new(),
    }));
    for cycle in 0..cycles() {
        let fresh = Client::new(app.url()).with_token(ann.client.token().unwrap());
        let worker = tokio::spawn(change(fresh, root.clone(), Arc::clone(&known)));
        tokio::time::sleep(Duration::from_millis(10 + cycle * 23 % 150)).await;
        tokio::task::block_in_place(|| app.kill());
        worker.await.unwrap();
        app.restart().await;
        // The commit that got no answer gets one now, and it happens once.
        let pending = known.lock().unwrap().pending.clone();
        if let Some((body, _)) = pending {
            ann.client.post("/commits", &body).await.expect(200);
            known.lock().unwrap().happened();
        }
        let uploads = std::mem::take(&mut known.lock().unwrap().uploads);
        for id in uploads {
            let request = ann
                .client
                .request(Method::DELETE, &format!("/uploads/{id}"));
            request
                .header("tus-resumable", "1.0.0")
                .send()
                .await
                .expect(204);
        }
    }

    let (model, rounds) = {
        let known = known.lock().unwrap();
        (known.model.clone(), known.round)
    };
    assert!(rounds > 6, "every kind of change was made: {rounds}");
    for (folder, seq) in &model.seqs {
        let page = ann
            .client
            .get(&format!("/folders/{folder}/children?limit=1000"))
            .await
            .data();
        assert_eq!(page["head"]["seq"], *seq, "each commit happened once");
        let children = page["children"].as_array().unwrap();
        let listed: BTreeSet<_> = children
            .iter()
            .map(|child| child["id"].as_str().unwrap())
            .collect();
        let expected = model.parents.iter().filter(|(_, parent)| *parent == folder);
        assert_eq!(listed, expected.map(|(id, _)| &**id).collect());
    }
    for (file, versions) in &model.files {
        let details = ann.client.get(&format!("/files/{file}")).await.data();
        let listed = details["versions"].as_array().unwrap();
        let newest_first: Vec<_> = listed
            .iter()
            .map(|version| version["id"].as_str().unwrap())
            .collect();
        assert!(
            newest_first
                .iter()
                .rev()
                .eq(versions.iter().map(|(id, _, _)| id)),
            "{file}"
        );
        for (version, _, size) in versions {
            let path = format!("/files/{file}/content?version={version}");
            assert_eq!(
                ann.client.get(&path).await.body,
                content(*size),
                "{file} {version}"
            );
        }
    }
    let nothing = (model.stored(), model.files.len() as u64, model.blobs());
    let left = async || {
        let (used, _, files) = ann.storage().await;
        (used, files, blobs(&app))
    };
    for _ in 0..600 {
        if left().await == nothing {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(
        left().await,
        nothing,
        "what was purged is off the disk, what is shared is not"
    );
}
