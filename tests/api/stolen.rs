//! A refresh token that somebody copied ends the session for both, whoever comes second.

use std::time::Duration;

use harness::account::{Account, login};
use harness::client::{Answer, Client};
use serde_json::{Value, json};

use crate::start;

/// A token that was just replaced is accepted for ten seconds, for lost answers and second tabs.
const GRACE: Duration = Duration::from_secs(11);

async fn refresh(client: &Client, token: &Value) -> Answer {
    let body = json!({"refresh_token": token});
    client.without_token().post("/auth/refresh", &body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replayed_token_ends_its_whole_family_and_no_other() {
    let (mut app, client) = start().await;
    let ann = Account::bare(&client, "ann@example.org").await;
    let other = login(&client, &ann.email, &ann.password_hash).await.data();
    let stolen = json!(ann.refresh_token);
    let second = refresh(&client, &stolen).await.data();
    let third = refresh(&client, &second["refresh_token"]).await.data();
    app.restart().await;
    tokio::time::sleep(GRACE).await;
    let newest = client.with_token(third["access_token"].as_str().unwrap());
    newest.get("/auth/verify").await.expect(200);
    // The thief comes late, with a token from before.
    refresh(&client, &stolen).await.error(401, "UNAUTHORIZED");
    for token in [
        ann.client.token().unwrap(),
        second["access_token"].as_str().unwrap(),
        third["access_token"].as_str().unwrap(),
    ] {
        let answer = client.with_token(token).get("/auth/verify").await;
        answer.error(401, "UNAUTHORIZED");
    }
    for token in [&second["refresh_token"], &third["refresh_token"]] {
        refresh(&client, token).await.error(401, "UNAUTHORIZED");
    }
    assert!(app.logs().contains("was used again"), "it is in the log");
    // Other sessions of the account are none of the thief's.
    let fresh = refresh(&client, &other["refresh_token"]).await.data();
    let token = fresh["access_token"].as_str().unwrap();
    client
        .with_token(token)
        .get("/auth/verify")
        .await
        .expect(200);
}
