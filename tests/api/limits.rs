use harness::TestApp;
use harness::account::{Account, bare_registration, create_file, login, uuid};
use harness::client::{Answer, Client};
use serde_json::json;

use crate::unlimited;

fn standing(answer: &Answer) -> (u64, u64) {
    let number = |name: &str| answer.header(name).parse::<u64>().expect("a number");
    let reset = number("x-ratelimit-reset");
    assert!(reset > 1_700_000_000, "seconds since 1970: {reset}");
    (number("x-ratelimit-limit"), number("x-ratelimit-remaining"))
}

/// The documented table, for a server that was started with no options at all but the preset.
async fn strangers_are_limited(preset: &str) {
    let app = TestApp::builder()
        .env("STRONGROOM_RATE_LIMITS", preset)
        .env("STRONGROOM_LIMIT_REGISTRATION", "3/h")
        .start()
        .await;
    let client = Client::new(app.url());
    for n in 0..3 {
        let body = bare_registration(&format!("user{n}@example.org"));
        let answer = client.post("/auth/register", &body).await;
        answer.expect(201);
        assert_eq!(standing(&answer), (3, 2 - n));
    }
    let answer = client
        .post("/auth/register", &bare_registration("user3@example.org"))
        .await;
    let details = answer.error(429, "RATE_LIMITED");
    let wait = details["retry_after"].as_u64().unwrap();
    assert!((3500..=3600).contains(&wait), "{wait}");
    assert_eq!(answer.header("retry-after"), wait.to_string());
    assert_eq!(standing(&answer), (3, 0));
    for n in 0..5 {
        let answer = login(&client, "user0@example.org", "wrong").await;
        answer.error(401, "INVALID_CREDENTIALS");
        assert_eq!(standing(&answer), (5, 4 - n));
    }
    let details = login(&client, "user0@example.org", "wrong")
        .await
        .error(429, "RATE_LIMITED");
    assert!((800..=900).contains(&details["retry_after"].as_u64().unwrap()));
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_are_limited_in_both_presets() {
    tokio::join!(
        strangers_are_limited("personal"),
        strangers_are_limited("documented")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documented_preset_counts_uploads_downloads_and_everything() {
    let app = TestApp::builder()
        .env("STRONGROOM_RATE_LIMITS", "documented")
        .start()
        .await;
    let client = Client::new(app.url());
    let ann = Account::vault(&client, "ann@example.org").await;
    let file = ann.create_file(&ann.root, b"x").await;
    for n in (0..19).rev() {
        let answer = ann.client.create_upload(1, &[]).await;
        answer.expect(201);
        assert_eq!(standing(&answer), (20, n));
    }
    ann.client
        .create_upload(1, &[])
        .await
        .error(429, "RATE_LIMITED");
    let path = format!("/files/{file}/download");
    for n in (0..100).rev() {
        let answer = ann.client.get(&path).await;
        answer.expect(200);
        assert_eq!(standing(&answer), (100, n));
    }
    ann.client.get(&path).await.error(429, "RATE_LIMITED");
    ann.client
        .get(&format!("/files/{file}/content"))
        .await
        .error(429, "RATE_LIMITED");
    let mut answer = ann.client.get("/auth/verify").await;
    let (limit, mut remaining) = standing(&answer);
    assert_eq!(limit, 1000);
    while remaining > 0 {
        answer = ann.client.get("/auth/verify").await;
        let (_, now) = standing(&answer);
        assert_eq!(now, remaining - 1);
        remaining = now;
    }
    ann.client
        .get("/auth/verify")
        .await
        .error(429, "RATE_LIMITED");
    // Somebody else has their own count.
    let bob = Account::vault(&client, "bob@example.org").await;
    assert_eq!(standing(&bob.client.get("/auth/verify").await), (1000, 999));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_personal_preset_lets_a_household_work() {
    let app = TestApp::start().await;
    let client = Client::new(app.url());
    let ann = Account::vault(&client, "ann@example.org").await;
    let before = ann.client.get("/auth/verify").await;
    let (limit, remaining) = standing(&before);
    assert_eq!(limit, 1000);
    let first = ann.client.create_upload(100, &[]).await;
    assert_eq!(standing(&first), (6000, 5999));
    for n in 0..30 {
        let answer = ann.client.append(&first.upload_id(), n, b"x").await;
        answer.expect(204);
        assert_eq!(standing(&answer), (12_000, 11_999 - n));
    }
    let answer = ann.client.get("/auth/verify").await;
    assert_eq!(
        standing(&answer),
        (1000, remaining - 1),
        "what concerns uploads does not count here"
    );
    for _ in 0..100 {
        client.get("/auth/prelogin?email=a@example.org").await;
    }
    client
        .get("/auth/prelogin?email=a@example.org")
        .await
        .error(429, "RATE_LIMITED");
    client.get("/health").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_limit_can_be_set() {
    let app = unlimited()
        .env("STRONGROOM_LIMIT_LOGIN", "2/h")
        .start()
        .await;
    let client = Client::new(app.url());
    let ann = Account::vault(&client, "ann@example.org").await;
    login(&client, "ann@example.org", "wrong")
        .await
        .error(401, "INVALID_CREDENTIALS");
    login(&client, "ann@example.org", &ann.password_hash)
        .await
        .error(429, "RATE_LIMITED");
    // An open session does not help to guess the password either.
    let body = json!({
        "old_password_hash": "wrong",
        "new_password_hash": "a new hash of at least 32 characters",
        "new_salt": "a new salt, 16 or more",
    });
    let bob = bare_registration("bob@example.org");
    client.post("/auth/register", &bob).await.expect(201);
    let mut full = body.clone();
    full["kdf"] = json!("argon2id");
    full["wrapped_key"] = json!(harness::account::sealed(104));
    full["account_state"] = json!({"epoch": 2, "sealed": harness::account::sealed(300)});
    for _ in 0..2 {
        let answer = ann.client.patch("/user/password", &full).await;
        answer.error(401, "INVALID_CREDENTIALS");
    }
    ann.client
        .patch("/user/password", &full)
        .await
        .error(429, "RATE_LIMITED");
    let answer = ann.client.get("/auth/verify").await;
    assert_eq!(answer.header("x-ratelimit-limit"), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn forwarded_addresses_are_believed_only_from_trusted_proxies() {
    for (proxies, expected) in [("127.0.0.1", 200), ("192.0.2.1", 429)] {
        let app = unlimited()
            .env("STRONGROOM_LIMIT_PUBLIC", "1/h")
            .env("STRONGROOM_TRUSTED_PROXIES", proxies)
            .start()
            .await;
        let client = Client::new(app.url());
        let ask = async |address: &str| {
            let request =
                client.request(reqwest::Method::GET, "/auth/prelogin?email=a@example.org");
            request
                .header("x-forwarded-for", address)
                .send()
                .await
                .status
        };
        assert_eq!(ask("198.51.100.1").await, 200);
        assert_eq!(ask("198.51.100.2").await, expected);
        assert_eq!(ask("198.51.100.1").await, 429);
    }
}

/// A folder of many small files takes as long as its bytes take, not as long as a limit lasts.
#[tokio::test(flavor = "multi_thread")]
async fn a_folder_of_many_small_files_is_no_attack() {
    let app = TestApp::start().await;
    let client = Client::new(app.url());
    let ann = Account::vault(&client, "ann@example.org").await;
    let mut uploads = Vec::new();
    for _ in 0..150 {
        let ten = (0..10).map(|_| {
            let client = ann.client.clone();
            tokio::spawn(async move { client.upload(b"x").await })
        });
        for upload in ten.collect::<Vec<_>>() {
            uploads.push(upload.await.unwrap());
        }
    }
    for part in uploads.chunks(500) {
        let changes: Vec<_> = part
            .iter()
            .map(|upload| create_file(&uuid(), &ann.root, upload))
            .collect();
        ann.commit(json!(changes), &[&ann.root]).await.expect(200);
    }
    assert_eq!(ann.storage().await.2, 1500);
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_of_uploads_are_limited_too() {
    let app = TestApp::builder()
        .env("STRONGROOM_LIMIT_PARTS", "5/h")
        .env("STRONGROOM_LIMIT_UPLOADS", "2/h")
        .start()
        .await;
    let client = Client::new(app.url());
    let ann = Account::vault(&client, "ann@example.org").await;
    let upload = ann.client.create_upload(100, &[]).await.upload_id();
    for n in 0..4 {
        ann.client.append(&upload, n, b"x").await.expect(204);
    }
    assert_eq!(ann.client.upload_offset(&upload).await, Some(4));
    ann.client
        .append(&upload, 4, b"x")
        .await
        .error(429, "RATE_LIMITED");
    ann.client.create_upload(1, b"x").await.expect(201);
    ann.client
        .create_upload(1, b"x")
        .await
        .error(429, "RATE_LIMITED");
    ann.client.get("/auth/verify").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_range_does_not_hide_a_download() {
    let app = unlimited()
        .env("STRONGROOM_LIMIT_DOWNLOADS", "2/h")
        .start()
        .await;
    let client = Client::new(app.url());
    let ann = Account::vault(&client, "ann@example.org").await;
    let mut files = Vec::new();
    for _ in 0..3 {
        files.push(ann.create_file(&ann.root, b"content").await);
    }
    let part = async |file: &str, range: &str| {
        let path = format!("/files/{file}/content");
        let request = ann.client.request(reqwest::Method::GET, &path);
        request.header("range", range).send().await
    };
    for file in &files[..2] {
        // The parts of one download are one download, whichever comes first.
        for range in ["bytes=1-", "bytes=3-4", "bytes=0-1", "bytes=0-"] {
            part(file, range).await.expect(206);
        }
    }
    for range in ["bytes=1-", "bytes=0-", "bytes=-1"] {
        part(&files[2], range).await.error(429, "RATE_LIMITED");
    }
    part(&files[0], "bytes=2-").await.expect(206);
}

/// Every limit that there is, each alone: what it counts, and nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn each_limit_counts_its_own() {
    for limit in [
        "REGISTRATION",
        "LOGIN",
        "GENERAL",
        "UPLOADS",
        "DOWNLOADS",
        "PUBLIC",
    ] {
        let app = unlimited().start().await;
        let client = Client::new(app.url());
        let ann = Account::bare(&client, "ann@example.org").await;
        let file = harness::form::upload(&ann.client, "n", b"x").await;
        let mut app = app.with_env(&format!("STRONGROOM_LIMIT_{limit}"), "2/h");
        app.restart().await;
        let seen = async || {
            let register = bare_registration(&format!("{}@example.org", uuid()));
            let form = harness::form::Form::of("n", b"x");
            [
                (
                    "REGISTRATION",
                    client.post("/auth/register", &register).await,
                ),
                (
                    "LOGIN",
                    login(&client, "ann@example.org", &ann.password_hash).await,
                ),
                ("GENERAL", ann.client.get("/user/profile").await),
                ("UPLOADS", form.send(&ann.client).await),
                (
                    "DOWNLOADS",
                    ann.client.get(&format!("/files/{file}/download")).await,
                ),
                (
                    "PUBLIC",
                    client.get("/auth/prelogin?email=a@example.org").await,
                ),
            ]
        };
        let mut first = 0;
        for _ in 0..4 {
            for (kind, answer) in seen().await {
                let counted = kind == limit
                    || (limit == "GENERAL" && ["UPLOADS", "DOWNLOADS"].contains(&kind));
                if !counted {
                    assert!(answer.status < 300, "{limit} {kind}: {answer:?}");
                    assert_eq!(answer.header("x-ratelimit-limit"), "", "{limit} {kind}");
                    continue;
                }
                assert_eq!(standing(&answer).0, 2);
                if answer.status < 300 {
                    first += 1;
                } else {
                    answer.error(429, "RATE_LIMITED");
                    assert!(answer.header("retry-after").parse::<u64>().unwrap() > 0);
                }
            }
        }
        assert_eq!(first, 2, "{limit}");
    }
}
