use harness::account::{Account, KDF, bare_registration, login, sealed, vault_registration};
use harness::client::{Answer, Client};
use serde_json::{Value, json};

use crate::{start, unlimited};

const PROOF: &str = "recovery proof of at least 32 characters";
const NEW: &str = "the new hash, of at least 32 characters";

async fn begin(client: &Client, email: &str, auth: &str) -> Answer {
    let body = json!({"email": email, "auth": auth});
    let client = client.without_token();
    client.post("/auth/recovery/start", &body).await
}

fn finish_body(token: &Value, epoch: u64) -> Value {
    json!({
        "recovery_token": token,
        "new_password_hash": NEW,
        "new_salt": "another salt, longer than 16",
        "kdf": KDF,
        "wrapped_key": sealed(104),
        "account_state": {"epoch": epoch, "sealed": sealed(300)},
    })
}

async fn finish(client: &Client, body: &Value) -> Answer {
    let client = client.without_token();
    client.post("/auth/recovery/finish", body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_phrase_opens_the_account_under_a_new_password() {
    let (_app, client) = start().await;
    let registration = vault_registration("ann@example.org");
    client
        .post("/auth/register", &registration)
        .await
        .expect(201);
    let hash = registration["password_hash"].as_str().unwrap();
    let before = login(&client, "ann@example.org", hash).await.data();
    let old = client.with_token(before["access_token"].as_str().unwrap());

    let started = begin(&client, " Ann@Example.ORG ", PROOF).await.data();
    assert_eq!(started["expires_in"], 900);
    assert_eq!(
        started["recovery_key"],
        registration["keys"]["recovery"]["wrapped_key"]
    );
    assert_eq!(started["keys"], before["keys"]);
    // Nothing has changed yet.
    old.get("/auth/verify").await.expect(200);

    let body = finish_body(&started["recovery_token"], 2);
    let answer = finish(&client, &body).await;
    let finished = answer.data();
    assert_eq!(finished["token_type"], "Bearer");
    assert_eq!(finished["user"], before["user"]);
    assert_eq!(finished["keys"]["wrapped_key"], body["wrapped_key"]);
    assert_eq!(finished["keys"]["account_state"], body["account_state"]);
    assert_eq!(finished["keys"]["salt"], body["new_salt"]);
    assert_eq!(finished["keys"]["root"], before["keys"]["root"]);
    let new = client.with_token(finished["access_token"].as_str().unwrap());
    new.get("/auth/verify").await.expect(200);
    old.get("/auth/verify").await.error(401, "UNAUTHORIZED");
    let refresh = json!({"refresh_token": before["refresh_token"]});
    let refused = client.post("/auth/refresh", &refresh).await;
    refused.error(401, "UNAUTHORIZED");
    let refresh = json!({"refresh_token": finished["refresh_token"]});
    client.post("/auth/refresh", &refresh).await.expect(200);
    login(&client, "ann@example.org", hash)
        .await
        .error(401, "INVALID_CREDENTIALS");
    login(&client, "ann@example.org", NEW).await.expect(200);
    // A token is spent once, and the phrase works on.
    let details = finish(&client, &finish_body(&started["recovery_token"], 3)).await;
    let details = details.error(401, "INVALID_CREDENTIALS");
    assert_eq!(details, json!({"reason": "recovery_token"}));
    begin(&client, "ann@example.org", PROOF).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_in_a_browser_ends_with_a_cookie() {
    let (_app, client) = start().await;
    Account::vault(&client, "ann@example.org").await;
    let started = begin(&client, "ann@example.org", PROOF).await.data();
    let mut body = finish_body(&started["recovery_token"], 2);
    body["session"] = json!("cookie");
    let answer = finish(&client, &body).await;
    assert_eq!(answer.data()["refresh_token"], Value::Null);
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("strongroom_refresh=srr_"), "{cookie}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_learns_nothing_from_recovery() {
    let (_app, client) = start().await;
    Account::vault(&client, "ann@example.org").await;
    Account::bare(&client, "bob@example.org").await;
    let wrong = "another proof of at least 32 characters";
    let mut bodies = Vec::new();
    for (email, auth) in [
        ("ann@example.org", wrong),
        ("bob@example.org", PROOF),
        ("bob@example.org", &*bob_password()),
        ("nobody@example.org", PROOF),
        ("no email at all", PROOF),
        ("ann@example.org", ""),
    ] {
        let answer = begin(&client, email, auth).await;
        answer.error(401, "INVALID_CREDENTIALS");
        bodies.push(answer.body);
    }
    assert!(bodies.iter().all(|body| *body == bodies[0]));
    for bad in [
        json!({"email": "ann@example.org"}),
        json!({"email": "ann@example.org", "auth": 7}),
        json!({"auth": PROOF}),
    ] {
        let answer = client.post("/auth/recovery/start", &bad).await;
        answer.error(422, "VALIDATION_ERROR");
    }
    for bad in ["", "srp_", "srp_AAAA", "x", &"A".repeat(47)] {
        let answer = finish(&client, &finish_body(&json!(bad), 2)).await;
        answer.error(401, "INVALID_CREDENTIALS");
    }
}

fn bob_password() -> String {
    let body = bare_registration("bob@example.org");
    body["password_hash"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finish_is_checked_and_all_or_nothing() {
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let token = begin(&client, "ann@example.org", PROOF).await.data()["recovery_token"].clone();
    let bent = |field: &str, value: Value| {
        let mut body = finish_body(&token, 2);
        body[field] = value;
        body
    };
    for (field, value) in [
        ("new_password_hash", json!("short")),
        ("new_salt", json!("short")),
        ("kdf", json!("")),
        ("wrapped_key", json!(sealed(103))),
        ("wrapped_key", json!("not base64")),
        ("session", json!("elsewhere")),
    ] {
        let details = finish(&client, &bent(field, value)).await;
        let details = details.error(422, "VALIDATION_ERROR");
        assert!(details["fields"][field].is_string(), "{field}: {details}");
    }
    // Another device changed the state meanwhile: nothing happens, the token included.
    let put = json!({"account_state": {"epoch": 2, "sealed": sealed(300)}});
    ann.client.put("/user/keys", &put).await.expect(200);
    let details = finish(&client, &finish_body(&token, 2)).await;
    let details = details.error(409, "CONFLICT");
    assert_eq!(
        details,
        json!({"record": "account_state", "current_epoch": 2})
    );
    ann.client.get("/auth/verify").await.expect(200);
    login(&client, &ann.email, &ann.password_hash)
        .await
        .expect(200);
    finish(&client, &finish_body(&token, 3)).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_finishes_with_one_token_one_counts() {
    let (_app, client) = start().await;
    Account::vault(&client, "ann@example.org").await;
    for round in 0..3 {
        let token = begin(&client, "ann@example.org", PROOF).await.data()["recovery_token"].clone();
        let attempts: Vec<_> = (0..8)
            .map(|_| {
                let (client, body) = (client.clone(), finish_body(&token, 2 + round));
                tokio::spawn(async move { finish(&client, &body).await.status })
            })
            .collect();
        let mut statuses = Vec::new();
        for attempt in attempts {
            statuses.push(attempt.await.unwrap());
        }
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 401, 401, 401, 401, 401, 401, 401]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_phrase_takes_the_place_of_the_first() {
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let token = begin(&client, "ann@example.org", PROOF).await.data()["recovery_token"].clone();
    let second = "a second proof of at least 32 characters";
    let body = |password: &str, epoch: u64| {
        json!({
            "password_hash": password,
            "recovery": {"wrapped_key": sealed(104), "auth": second},
            "account_state": {"epoch": epoch, "sealed": sealed(300)},
        })
    };
    let put = async |body: &Value| ann.client.put("/user/recovery", body).await;
    put(&body("wrong", 2))
        .await
        .error(401, "INVALID_CREDENTIALS");
    let details = put(&body(&ann.password_hash, 3)).await;
    assert_eq!(details.error(409, "CONFLICT")["current_epoch"], 1);
    let mut short = body(&ann.password_hash, 2);
    short["recovery"]["auth"] = json!("short");
    let details = put(&short).await.error(422, "VALIDATION_ERROR");
    assert!(details["fields"]["recovery.auth"].is_string(), "{details}");
    begin(&client, "ann@example.org", PROOF).await.expect(200);

    let replacing = body(&ann.password_hash, 2);
    let answer = put(&replacing).await;
    answer.expect(200);
    assert_eq!(answer.json()["success"], true);
    begin(&client, "ann@example.org", PROOF)
        .await
        .error(401, "INVALID_CREDENTIALS");
    let started = begin(&client, "ann@example.org", second).await.data();
    assert_eq!(
        started["recovery_key"],
        replacing["recovery"]["wrapped_key"]
    );
    assert_eq!(started["keys"]["account_state"], replacing["account_state"]);
    // What was begun with the first one is worth nothing.
    finish(&client, &finish_body(&token, 3))
        .await
        .error(401, "INVALID_CREDENTIALS");
    // The session goes on, and a bare account has nothing to replace.
    ann.client.get("/auth/verify").await.expect(200);
    let bob = Account::bare(&client, "bob@example.org").await;
    let answer = bob.client.put("/user/recovery", &body("x", 2)).await;
    answer.error(409, "KEYS_REQUIRED");
}

#[tokio::test(flavor = "multi_thread")]
async fn attempts_are_limited_per_address_and_strangers_lock_nobody_out() {
    let app = unlimited()
        .env("STRONGROOM_LIMIT_LOGIN", "3/h")
        .env("STRONGROOM_TRUSTED_PROXIES", "127.0.0.1")
        .start()
        .await;
    let client = Client::new(app.url());
    let registration = vault_registration("ann@example.org");
    client
        .post("/auth/register", &registration)
        .await
        .expect(201);
    let attempt = async |address: &str, email: &str, auth: &str| {
        client
            .request(reqwest::Method::POST, "/auth/recovery/start")
            .header("x-forwarded-for", address)
            .json(&json!({"email": email, "auth": auth}))
            .send()
            .await
    };
    for n in 0..3 {
        let email = format!("user{n}@example.org");
        let answer = attempt("192.0.2.1", &email, "wrong").await;
        answer.error(401, "INVALID_CREDENTIALS");
        assert_eq!(answer.header("x-ratelimit-remaining"), (2 - n).to_string());
    }
    let details = attempt("192.0.2.1", "user4@example.org", PROOF).await;
    assert!(details.error(429, "RATE_LIMITED")["retry_after"].is_u64());
    // Whoever has many addresses guesses no phrase with them, and keeps nobody from using theirs.
    for n in 0..20 {
        let answer = attempt(&format!("198.51.100.{n}"), "ann@example.org", "wrong").await;
        answer.error(401, "INVALID_CREDENTIALS");
    }
    attempt("203.0.113.9", "ann@example.org", PROOF)
        .await
        .expect(200);
    // Whoever tried passwords before has attempts left for the phrase, and the other way round.
    login(&client, "ann@example.org", "wrong")
        .await
        .error(401, "INVALID_CREDENTIALS");
}
