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
    // What belongs into a cookie is not accepted from a script, and is not used up by that.
    let pair = answer
        .header("set-cookie")
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let value = pair.split_once('=').unwrap().1;
    refresh(&client, value).await.error(401, "UNAUTHORIZED");
    refresh(&client, value).await.error(401, "UNAUTHORIZED");
    let misplaced = client
        .request(Method::POST, "/auth/refresh")
        .header(
            "cookie",
            format!("strongroom_refresh={}", ann.refresh_token),
        )
        .send()
        .await;
    misplaced.error(401, "UNAUTHORIZED");
    refresh(&client, &ann.refresh_token).await.expect(200);
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
    let ann = Account::vault(&client, "ann@example.org").await;
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

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_listed_and_ended() {
    let app = unlimited()
        .env("STRONGROOM_TRUSTED_PROXIES", "127.0.0.1")
        .start()
        .await;
    let client = Client::new(app.url());
    let ann = Account::bare(&client, "ann@example.org").await;
    let bob = Account::bare(&client, "bob@example.org").await;
    let body = json!({"email": ann.email, "password_hash": ann.password_hash, "session": "cookie"});
    let browser = client
        .request(Method::POST, "/auth/login")
        .header("user-agent", format!("Browser/1 {}", "x".repeat(300)))
        .header("x-forwarded-for", "192.0.2.7")
        .json(&body)
        .send()
        .await;
    let browser_client = client.with_token(&text(&browser.data()["access_token"]));
    let list = async |client: &Client| {
        let data = client.get("/user/sessions").await.data();
        data["sessions"].as_array().unwrap().clone()
    };
    let sessions = list(&ann.client).await;
    assert_eq!(sessions.len(), 2);
    let latest = &sessions[0];
    assert_eq!(latest["kind"], "cookie");
    assert_eq!(latest["current"], false);
    assert_eq!(latest["address"], "192.0.2.7");
    let name = latest["client"].as_str().unwrap();
    assert!(name.starts_with("Browser/1 x") && name.len() == 256);
    assert_eq!(sessions[1]["current"], true);
    assert_eq!(sessions[1]["kind"], "token");
    assert_eq!(sessions[1]["address"], "127.0.0.1");
    for name in ["created_at", "last_used_at", "expires_at"] {
        assert!(latest[name].as_str().unwrap().ends_with('Z'), "{latest}");
    }
    // Refreshing brings a session to the top, with the address that it comes from.
    let body = json!({"refresh_token": ann.refresh_token});
    let refreshed = client
        .request(Method::POST, "/auth/refresh")
        .header("x-forwarded-for", "2001:db8::7")
        .json(&body)
        .send()
        .await;
    refreshed.expect(200);
    let sessions = list(&ann.client).await;
    assert_eq!(sessions[0]["current"], true);
    assert_eq!(sessions[0]["address"], "2001:db8::7");

    let path = format!("/user/sessions/{}", text(&sessions[1]["id"]));
    bob.client.delete(&path).await.error(404, "NOT_FOUND");
    browser_client.get("/auth/verify").await.expect(200);
    ann.client.delete(&path).await.expect(200);
    browser_client
        .get("/auth/verify")
        .await
        .error(401, "UNAUTHORIZED");
    ann.client.delete(&path).await.error(404, "NOT_FOUND");
    assert_eq!(list(&ann.client).await.len(), 1);

    for _ in 0..3 {
        login(&client, &ann.email, &ann.password_hash)
            .await
            .expect(200);
    }
    let answer = ann.client.delete("/user/sessions").await;
    assert_eq!(answer.data(), json!({"ended": 3}));
    assert_eq!(ann.client.delete("/user/sessions").await.data()["ended"], 0);
    let left = list(&ann.client).await;
    assert_eq!((left.len(), &left[0]["current"]), (1, &json!(true)));
    bob.client.get("/auth/verify").await.expect(200);
    let own = format!("/user/sessions/{}", text(&left[0]["id"]));
    ann.client.delete(&own).await.expect(200);
    ann.client
        .get("/user/sessions")
        .await
        .error(401, "UNAUTHORIZED");
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_are_kept_only_where_the_operator_wants_it() {
    let mut app = unlimited().start().await;
    let client = Client::new(app.url());
    let ann = Account::bare(&client, "ann@example.org").await;
    let address = async || {
        let data = ann.client.get("/user/sessions").await.data();
        data["sessions"][0]["address"].clone()
    };
    assert_eq!(address().await, "127.0.0.1");
    app.set_env("STRONGROOM_KEEP_ADDRESSES", "false");
    app.restart().await;
    assert_eq!(address().await, Value::Null);
    let body = json!({"refresh_token": ann.refresh_token});
    client.post("/auth/refresh", &body).await.expect(200);
    login(&client, &ann.email, &ann.password_hash)
        .await
        .expect(200);
    assert_eq!(address().await, Value::Null);
    // What was kept before is gone for good.
    app.set_env("STRONGROOM_KEEP_ADDRESSES", "true");
    app.restart().await;
    let data = ann.client.get("/user/sessions").await.data();
    for session in data["sessions"].as_array().unwrap() {
        assert_eq!(session["address"], Value::Null);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn below_a_path_cookies_and_addresses_have_it() {
    let app = unlimited()
        .env("STRONGROOM_PUBLIC_URL", "https://example.org/strong/room/")
        .start()
        .await;
    let client = Client::new(app.url());
    let ann = Account::vault(&client, "ann@example.org").await;
    let body = json!({"email": ann.email, "password_hash": ann.password_hash, "session": "cookie"});
    let answer = client.post("/auth/login", &body).await;
    let cookie = answer.header("set-cookie").to_owned();
    assert!(
        cookie.contains("; Path=/strong/room/api/v1/auth; "),
        "{cookie}"
    );
    let pair = cookie.split(';').next().unwrap().to_owned();
    for path in ["/auth/refresh", "/auth/logout"] {
        let request = client.request(Method::POST, path).header("cookie", &pair);
        let answer = request.send().await;
        answer.expect(200);
        let cookie = answer.header("set-cookie");
        assert!(
            cookie.contains("; Path=/strong/room/api/v1/auth; "),
            "{cookie}"
        );
    }
    let file = ann.create_file(&ann.root, b"x").await;
    let data = ann
        .client
        .get(&format!("/files/{file}/download"))
        .await
        .data();
    let url = data["download_url"].as_str().unwrap();
    let start = format!("https://example.org/strong/room/api/v1/files/{file}/content?");
    assert!(url.starts_with(&start), "{url}");
}
