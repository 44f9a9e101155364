//! The server is killed at random moments: whatever it acknowledged is there afterwards, whatever
//! it did not is there as a whole or not at all, and nothing is left over.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use harness::account::{Account, create_file, head, uuid};
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
