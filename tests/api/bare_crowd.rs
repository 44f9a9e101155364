//! Many clients of one account at once, each doing something else to the same few things.

use harness::account::Account;
use harness::client::Client;
use harness::form::Form;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

use crate::start;

const CLIENTS: u64 = 6;
const STEPS: u64 = 80;

/// Numbers that look random and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    /// One of those that were made last, or none.
    fn choose(&mut self, made: &Mutex<Vec<String>>) -> Option<String> {
        let made = made.lock().unwrap();
        let recent = made.len().min(20);
        let back = self.below(recent + 1);
        (back > 0).then(|| made[made.len() - back].clone())
    }
}

/// One change of something, or something new. What does not fit by then is refused.
async fn step(client: &Client, numbers: &mut Numbers, made: &Mutex<Vec<String>>) -> u16 {
    let (one, other) = (numbers.choose(made), numbers.choose(made));
    let size = numbers.below(2000);
    let path = |end: &str| format!("/files/{}{end}", one.as_deref().unwrap_or_default());
    let answer = match (numbers.below(10), &one) {
        (0 | 1, _) => {
            let body = json!({"encrypted_filename": "folder", "parent_id": one});
            client.post("/folders", &body).await
        }
        (2 | 3, _) | (_, None) => {
            let form = Form::of("file", &vec![1; size]);
            let parent = one.as_deref().unwrap_or_default();
            form.text("parent_id", parent).send(client).await
        }
        (4 | 5, _) => client.put(&path(""), &json!({"parent_id": other})).await,
        (6, _) => client.delete(&path("")).await,
        (7 | 8, _) => client.post(&path("/restore"), &json!({})).await,
        _ => client.delete(&path("/permanent")).await,
    };
    if answer.status == 201 {
        let data = answer.data();
        let id = data["id"].as_str().or(data["file_id"].as_str());
        made.lock().unwrap().push(id.unwrap().to_owned());
    }
    answer.status
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_and_folders_are_right_after_a_crowd() {
    let (_app, client) = start().await;
    let ann = Account::bare(&client, "ann@example.org").await;
    let made = Arc::new(Mutex::new(Vec::new()));
    let crowd: Vec<_> = (0..CLIENTS)
        .map(|n| {
            let (client, made) = (ann.client.clone(), Arc::clone(&made));
            tokio::spawn(async move {
                let mut numbers = Numbers(n);
                for _ in 0..STEPS {
                    let status = step(&client, &mut numbers, &made).await;
                    assert!([200, 201, 404, 409, 410].contains(&status), "{status}");
                }
            })
        })
        .collect();
    for one in crowd {
        one.await.unwrap();
    }
    let (mut bytes, mut files, mut live) = (0, 0, 0);
    let made = made.lock().unwrap().clone();
    for id in &made {
        let details = ann.client.get(&format!("/files/{id}")).await;
        if details.status == 410 {
            continue;
        }
        let details = details.data();
        // Whatever was moved into what: the way up ends at the top.
        let path = ann.client.get(&format!("/files/{id}/path")).await.data();
        let top = path["path"][0]["id"].as_str().unwrap().to_owned();
        let top = ann.client.get(&format!("/files/{top}")).await.data();
        assert_eq!(top["parent_id"], Value::Null);
        if details["is_directory"] == json!(true) {
            continue;
        }
        bytes += details["file_size"].as_u64().unwrap();
        files += 1;
        let content = ann.client.get(&format!("/files/{id}/content")).await;
        live += u64::from(content.status == 200);
    }
    assert_eq!(ann.storage().await, (bytes, 5_368_709_120 - bytes, files));
    let listed = ann.client.get("/files").await.data();
    assert_eq!(listed["pagination"]["total"], live);
    for id in &made {
        ann.client.delete(&format!("/files/{id}/permanent")).await;
    }
    assert_eq!(ann.storage().await, (0, 5_368_709_120, 0));
}
