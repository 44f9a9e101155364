//! Waiting for the change feed to go on. Nothing here depends on how long something takes, but for
//! waits that would outlast the test if they did not end.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use harness::TestApp;
use harness::account::{Account, create_folder, head, uuid};
use harness::client::{Answer, Client, OFFSET};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::{start, unlimited};

/// Where the feed stands.
async fn cursor(account: &Account) -> String {
    let page = account.client.get("/changes").await.data();
    page["cursor"].as_str().unwrap().to_owned()
}

fn wait(account: &Account, cursor: &str, seconds: u64) -> JoinHandle<Answer> {
    let client = account.client.clone();
    let path = format!("/changes?cursor={cursor}&wait={seconds}");
    tokio::spawn(async move { client.get(&path).await })
}

/// Long enough for a request to arrive; a shorter time only makes a test easier to pass.
async fn moment() {
    tokio::time::sleep(Duration::from_millis(300)).await;
}

/// One request, while the root's head has this seq.
async fn make_folder(account: &Account, seq: u64) {
    let id = uuid();
    let heads = vec![head(&account.root, seq), head(&id, 0)];
    let changes = json!([create_folder(&id, &account.root)]);
    account.commit_with(changes, heads).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_waits_for_a_change() {
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let bob = Account::vault(&client, "bob@example.org").await;
    let (anns, bobs) = (cursor(&ann).await, cursor(&bob).await);
    let waiting = [wait(&ann, &anns, 50), wait(&ann, &anns, 50)];
    let other = wait(&bob, &bobs, 50);
    moment().await;
    assert!(waiting.iter().all(|one| !one.is_finished()));
    let folder = ann.create_folder(&ann.root).await;
    for one in waiting {
        let page = one.await.unwrap().data();
        let ids: Vec<&Value> = page["changes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|change| &change["id"])
            .collect();
        assert_eq!(ids, [&json!(folder)]);
        assert_eq!(page["more"], false);
    }
    // What is refused is no change, and what others do is none of ours.
    bob.commit_with(json!([{"type": "purge", "node": uuid()}]), vec![])
        .await
        .error(409, "CONFLICT");
    moment().await;
    assert!(!other.is_finished());
    // What is there already is not waited for.
    let page = wait(&ann, &anns, 50).await.unwrap().data();
    assert_eq!(page["changes"].as_array().unwrap().len(), 1);
    bob.create_folder(&bob.root).await;
    other.await.unwrap().expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_ends_without_a_change() {
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let here = cursor(&ann).await;
    let before = Instant::now();
    let page = wait(&ann, &here, 1).await.unwrap().data();
    assert!(before.elapsed() >= Duration::from_secs(1));
    assert_eq!(
        (&page["changes"], &page["heads"], &page["more"]),
        (&json!([]), &json!([]), &json!(false))
    );
    assert_eq!(page["cursor"], json!(here));
    let page = wait(&ann, &here, 0).await.unwrap().data();
    assert_eq!(page["changes"], json!([]));
    for (query, name) in [
        (format!("cursor={here}&wait=51"), "wait"),
        (format!("cursor={here}&wait=-1"), "wait"),
        (format!("cursor={here}&wait=x"), "wait"),
        (format!("cursor={here}&wait=1&wait=1"), "wait"),
        ("wait=1".to_owned(), "wait"),
        ("cursor=x&wait=1".to_owned(), "cursor"),
    ] {
        let answer = ann.client.get(&format!("/changes?{query}")).await;
        assert_eq!(answer.error(400, "BAD_REQUEST")["parameter"], name);
    }
    let bare = Account::bare(&client, "bare@example.org").await;
    wait(&bare, &here, 50)
        .await
        .unwrap()
        .error(409, "KEYS_REQUIRED");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_wait_and_the_server_goes_on() {
    let app = unlimited()
        .env("STRONGROOM_MAX_CONNECTIONS", "3000")
        .env("STRONGROOM_MAX_CONNECTIONS_PER_ADDRESS", "3000")
        .start()
        .await;
    let client = Client::new(app.url());
    let ann = Account::vault(&client, "ann@example.org").await;
    let here = cursor(&ann).await;
    // Far more than there are connections of the database and threads of any kind.
    let waiting: Vec<_> = (0..800).map(|_| wait(&ann, &here, 50)).collect();
    moment().await;
    let file = ann.create_file(&ann.root, b"x").await;
    for one in waiting {
        let page = one.await.unwrap().data();
        assert_eq!(page["changes"][0]["id"], json!(file));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_outlives_the_patience_for_slow_clients() {
    let app = unlimited()
        .env("STRONGROOM_IDLE_TIMEOUT", "1")
        .env("STRONGROOM_STALL_TIMEOUT", "1")
        .start()
        .await;
    let client = Client::new(app.url());
    let ann = Account::vault(&client, "ann@example.org").await;
    let here = cursor(&ann).await;
    let waiting = wait(&ann, &here, 50);
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert!(!waiting.is_finished());
    ann.create_folder(&ann.root).await;
    assert_eq!(
        waiting.await.unwrap().data()["changes"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_only_waits_makes_room_for_others() {
    let app = unlimited()
        .env("STRONGROOM_MAX_CONNECTIONS", "3")
        .start()
        .await;
    let client = Client::new(app.url());
    let ann = Account::vault(&client, "ann@example.org").await;
    let here = cursor(&ann).await;
    // Three connections: one takes an upload in, and two only wait.
    let upload = ann.client.create_upload(2, &[]).await.upload_id();
    let token = ann.client.token().unwrap();
    let fresh = || Client::new(app.url()).with_token(token);
    let mut sending = TcpStream::connect(app.url().strip_prefix("http://").unwrap()).unwrap();
    write!(
        sending,
        "PATCH /api/v1/uploads/{upload} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\
         tus-resumable: 1.0.0\r\nupload-offset: 0\r\ncontent-type: {OFFSET}\r\n\
         content-length: 2\r\nconnection: close\r\n\r\na"
    )
    .unwrap();
    moment().await;
    let path = format!("/changes?cursor={here}&wait=50");
    let mut waiting = Vec::new();
    for _ in 0..2 {
        let (client, path) = (fresh(), path.clone());
        waiting.push(tokio::spawn(async move {
            client.request(Method::GET, &path).try_send().await
        }));
        moment().await;
    }
    assert!(waiting.iter().all(|one| !one.is_finished()));
    fresh().get("/health").await.expect(200);
    let (second, first) = (waiting.remove(1), waiting.remove(0));
    assert!(first.await.unwrap().is_err(), "it has made room");
    assert!(!second.is_finished());
    sending.write_all(b"b").unwrap();
    let mut answer = String::new();
    sending.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 204 "), "{answer}");
    make_folder(&ann, 1).await;
    second.await.unwrap().unwrap().expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_counts_once() {
    let app = TestApp::builder()
        .env("STRONGROOM_LIMIT_GENERAL", "4/h")
        .start()
        .await;
    let client = Client::new(app.url());
    let ann = Account::vault(&client, "ann@example.org").await;
    let here = cursor(&ann).await;
    let first = wait(&ann, &here, 1).await.unwrap();
    assert_eq!(first.header("x-ratelimit-remaining"), "2");
    let waiting = wait(&ann, &here, 50);
    moment().await;
    // The last request of this hour: the wait, which looks at the feed once more, is none.
    make_folder(&ann, 1).await;
    waiting.await.unwrap().expect(200);
    ann.client.get("/changes").await.error(429, "RATE_LIMITED");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_ends_with_its_session() {
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let here = cursor(&ann).await;
    let waiting = wait(&ann, &here, 50);
    moment().await;
    let login = harness::account::login(&client, &ann.email, &ann.password_hash).await;
    let token = login.data()["access_token"].as_str().unwrap().to_owned();
    let logout = json!({"refresh_token": ann.refresh_token});
    ann.client.post("/auth/logout", &logout).await.expect(200);
    let other = Account {
        client: ann.client.with_token(&token),
        ..ann
    };
    make_folder(&other, 1).await;
    waiting.await.unwrap().error(401, "UNAUTHORIZED");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_the_server_ends_a_wait() {
    let (mut app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let here = cursor(&ann).await;
    let waiting = wait(&ann, &here, 50);
    moment().await;
    let before = Instant::now();
    tokio::task::block_in_place(|| app.stop());
    assert_eq!(waiting.await.unwrap().data()["cursor"], json!(here));
    // Far from the grace that is given to what is under way.
    assert!(before.elapsed() < Duration::from_secs(9));
}
