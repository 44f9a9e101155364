use harness::account::{Account, login};
use harness::client::{Answer, Client};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{start, unlimited};

async fn refresh(client: &Client, token: &str) -> Answer {
    client
        .without_token()
        .post("/auth/refresh", &json!({"refresh_token": token}))
        .await
}

fn text(value: &Value) -> String {
    value.as_str().expect("a string").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_good_until_its_session_ends() {
    let (_app, client) = start().await;
    let ann = Account::bare(&client, "ann@example.org").await;
    let data = ann.client.get("/auth/verify").await.data();
    assert_eq!(data["valid"], true);
    assert_eq!(data["user_id"], json!(ann.user_id));
    assert!(data["expires_at"].is_string());
    let answer = ann.client.post("/auth/logout", &json!({})).await;
    assert_eq!(
        answer.json(),
        json!({"success": true, "message": "Logged out successfully"})
    );
    ann.client
        .get("/auth/verify")
        .await
        .error(401, "UNAUTHORIZED");
    refresh(&client, &ann.refresh_token)
        .await
        .error(401, "UNAUTHORIZED");
    for token in ["", "x", "a.b.c", &ann.client.token().unwrap()[1..]] {
        client
            .with_token(token)
            .get("/auth/verify")
            .await
            .error(401, "UNAUTHORIZED");
    }
    client.get("/auth/verify").await.error(401, "UNAUTHORIZED");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bearer_refresh_is_of_the_same_session() {
    let (_app, client) = start().await;
    let ann = Account::bare(&client, "ann@example.org").await;
    let answer = ann
        .client
        .request(Method::POST, "/auth/refresh")
        .send()
        .await;
    let data = answer.data();
    assert_eq!(data["expires_in"], 3600);
    assert_eq!(data["refresh_token"], Value::Null);
    let second = client.with_token(&text(&data["access_token"]));
    second.get("/auth/verify").await.expect(200);
    ann.client.get("/auth/verify").await.expect(200);
    second.post("/auth/logout", &json!({})).await.expect(200);
    ann.client
        .get("/auth/verify")
        .await
        .error(401, "UNAUTHORIZED");
    client
        .request(Method::POST, "/auth/refresh")
        .send()
        .await
        .error(401, "UNAUTHORIZED");
}

#[tokio::test(flavor = "multi_thread")]
async fn refresh_tokens_rotate() {
    let (_app, client) = start().await;
    let ann = Account::bare(&client, "ann@example.org").await;
    let first = refresh(&client, &ann.refresh_token).await.data();
    let second = text(&first["refresh_token"]);
    assert_ne!(second, ann.refresh_token);
    client
        .with_token(&text(&first["access_token"]))
        .get("/auth/verify")
        .await
        .expect(200);
    // A lost answer, or two tabs at once: the same successor.
    let repeated = refresh(&client, &ann.refresh_token).await.data();
    assert_eq!(text(&repeated["refresh_token"]), second);
    let third = text(&refresh(&client, &second).await.data()["refresh_token"]);
    assert_ne!(third, second);
    for bad in ["", "srr_", "srr_AAAA", &third[4..], &third.to_uppercase()] {
        refresh(&client, bad).await.error(401, "UNAUTHORIZED");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_keeps_its_token_in_a_cookie() {
    let (_app, client) = start().await;
    let ann = Account::bare(&client, "ann@example.org").await;
    let body = json!({"email": ann.email, "password_hash": ann.password_hash, "session": "cookie"});
    let answer = client.post("/auth/login", &body).await;
    assert_eq!(answer.data()["refresh_token"], Value::Null);
    let cookie = answer.header("set-cookie").to_owned();
    assert!(cookie.starts_with("strongroom_refresh=srr_"), "{cookie}");
    for part in [
        "HttpOnly",
        "SameSite=Strict",
        "Path=/api/v1/auth",
        "Max-Age=2592000",
    ] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(
        !cookie.contains("Secure"),
        "it would not come back over plain http: {cookie}"
    );
    let pair = cookie.split(';').next().unwrap().to_owned();

    let with_cookie = |path: &str| {
        client
            .request(Method::POST, path)
            .header("cookie", format!("theme=dark; {pair}"))
    };
    let answer = with_cookie("/auth/refresh").send().await;
    assert_eq!(answer.data()["refresh_token"], Value::Null);
    assert!(
        answer
            .header("set-cookie")
            .starts_with("strongroom_refresh=srr_")
    );
    let token = text(&answer.data()["access_token"]);
    // Another site's page gets nothing out of it.
    let forged = with_cookie("/auth/refresh")
        .header("sec-fetch-site", "cross-site")
        .send()
        .await;
    forged.error(401, "UNAUTHORIZED");
    // What belongs into a cookie is not accepted from a script.
    let value = pair.split_once('=').unwrap().1;
    refresh(&client, value).await.error(401, "UNAUTHORIZED");
    // The cookie alone is enough to sign out.
    let answer = with_cookie("/auth/logout").send().await;
    answer.expect(200);
    assert!(answer.header("set-cookie").contains("Max-Age=0"));
    client
        .with_token(&token)
        .get("/auth/verify")
        .await
        .error(401, "UNAUTHORIZED");
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_tls_the_cookie_is_secure() {
    let app = unlimited()
        .env("STRONGROOM_PUBLIC_URL", "https://files.example.org/")
        .start()
        .await;
    let client = Client::new(app.url());
    let ann = Account::bare(&client, "ann@example.org").await;
    let body = json!({"email": ann.email, "password_hash": ann.password_hash, "session": "cookie"});
    let answer = client.post("/auth/login", &body).await;
    assert!(answer.header("set-cookie").ends_with("; Secure"));
    let answer = ann.client.create_upload(1, &[]).await;
    assert!(
        answer
            .header("location")
            .starts_with("https://files.example.org/api/v1/uploads/")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_survive_a_restart_and_are_their_own() {
    let (mut app, client) = start().await;
    let ann = Account::bare(&client, "ann@example.org").await;
    let other = login(&client, &ann.email, &ann.password_hash).await.data();
    app.restart().await;
    ann.client.get("/auth/verify").await.expect(200);
    let data = refresh(&client, &ann.refresh_token).await.data();
    ann.client
        .post("/auth/logout", &json!({}))
        .await
        .expect(200);
    client
        .with_token(&text(&data["access_token"]))
        .get("/auth/verify")
        .await
        .expect(401);
    client
        .with_token(&text(&other["access_token"]))
        .get("/auth/verify")
        .await
        .expect(200);
}

/// Verifying a password takes its time; who began with the old one has no session afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn a_login_under_way_does_not_outlive_a_changed_password() {
    let app = unlimited().start().await;
    let client = Client::new(app.url());
    let ann = Account::bare(&client, "ann@example.org").await;
    for round in 0..5 {
        let old = if round == 0 {
            ann.password_hash.clone()
        } else {
            format!("{round:040}")
        };
        let new = format!("{:040}", round + 1);
        let body = json!({
            "old_password_hash": old, "new_password_hash": new, "new_salt": "another salt of any kind",
        });
        let logins: Vec<_> = (0..6)
            .map(|_| {
                let (client, old) = (client.clone(), old.clone());
                tokio::spawn(async move { login(&client, "ann@example.org", &old).await })
            })
            .collect();
        ann.client.patch("/user/password", &body).await.expect(200);
        for attempt in logins {
            let answer = attempt.await.unwrap();
            if answer.status == 200 {
                let token = answer.data()["access_token"].as_str().unwrap().to_owned();
                client
                    .with_token(&token)
                    .get("/auth/verify")
                    .await
                    .error(401, "UNAUTHORIZED");
            } else {
                answer.error(401, "INVALID_CREDENTIALS");
            }
        }
    }
}
