//! Whoever asks cannot tell whether there is an account: same status, same size, same time.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use harness::account::{login, sealed, vault_registration};
use harness::client::{Answer, Client};
use serde_json::json;

use crate::start;

/// Accounts that there are, and emails without one that passwords and phrases are tried on.
const ACCOUNTS: usize = 40;
/// Emails without an account that only questions are asked about.
const OTHERS: usize = 960;
/// How often a known and an unknown email are timed, one after the other.
const ROUNDS: usize = 20;
/// A difference that is there shows every time; one that comes from a busy machine does not.
const TRIES: usize = 5;

/// Emails of one length, so that what differs is only whether there is an account.
fn email(kind: &str, n: usize) -> String {
    format!("{kind}-{n:04}@example.org")
}

/// What can be seen of an answer, but for the values that are random anyway.
fn shape(answer: &Answer) -> String {
    let mut headers: Vec<String> = answer
        .headers
        .iter()
        .filter(|(name, _)| !["x-request-id", "date"].contains(&name.as_str()))
        .map(|(name, value)| format!("{name}: {value:?}"))
        .collect();
    headers.sort();
    let (mut body, length) = (answer.json(), answer.body.len());
    if let Some(salt) = body["data"]["salt"].as_str() {
        body["data"]["salt"] = json!(salt.len());
    }
    format!("{} {length} {headers:?} {body}", answer.status)
}

async fn prelogin(client: &Client, email: &str) -> Answer {
    client.get(&format!("/auth/prelogin?email={email}")).await
}

async fn recover(client: &Client, email: &str) -> Answer {
    let body = json!({"email": email, "auth": "a proof that is wrong, but long enough"});
    client.post("/auth/recovery/start", &body).await
}

async fn sign_in(client: &Client, email: &str) -> Answer {
    login(client, email, "a hash that is wrong, but long enough").await
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// How long a known and an unknown email take, in turns: what else the machine does hits both.
async fn time(ask: impl AsyncFn(&str) -> Answer) -> (Duration, Duration) {
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for n in 0..ROUNDS {
        for turn in 0..2 {
            let is_known = (n + turn) % 2 == 0;
            let (kind, times) = if is_known {
                ("known", &mut known)
            } else {
                ("other", &mut unknown)
            };
            let email = email(kind, n);
            let started = Instant::now();
            ask(&email).await;
            times.push(started.elapsed());
        }
    }
    (median(known), median(unknown))
}

/// Whether both take equally long, but for so small a part of a hash's time.
async fn takes_equally_long(what: &str, tolerated: Duration, ask: impl AsyncFn(&str) -> Answer) {
    let mut seen = Vec::new();
    for _ in 0..TRIES {
        let (known, unknown) = time(&ask).await;
        if known.abs_diff(unknown) < tolerated {
            return;
        }
        seen.push((known, unknown));
    }
    panic!("{what}: known and unknown take {seen:?}, {tolerated:?} is tolerated");
}

#[tokio::test(flavor = "multi_thread")]
async fn known_and_unknown_emails_look_alike() {
    let (_app, client) = start().await;
    let mut known: Vec<String> = (0..ACCOUNTS).map(|n| email("known", n)).collect();
    for some in known.chunks(4) {
        let made = some.iter().map(|email| {
            let mut body = vault_registration(email);
            // As real clients make it: the invented one has the same form.
            body["salt"] = json!(sealed(32));
            let client = client.clone();
            tokio::spawn(async move { client.post("/auth/register", &body).await })
        });
        for answer in made.collect::<Vec<_>>() {
            answer.await.unwrap().expect(201);
        }
    }
    known.extend((0..OTHERS).map(|n| email("other", n)));
    let all = known;

    let mut shapes = BTreeSet::new();
    for email in &all {
        shapes.insert(shape(&prelogin(&client, email).await));
    }
    assert_eq!(shapes.len(), 1, "{shapes:#?}");
    let same = prelogin(&client, &all[999]).await.body;
    assert_eq!(same, prelogin(&client, &all[999]).await.body);
    for (ask, what) in [(true, "sign-in"), (false, "recovery")] {
        let mut shapes = BTreeSet::new();
        for four in all[..2 * ACCOUNTS].chunks(4) {
            let asked = four.iter().map(|email| {
                let (client, email) = (client.clone(), email.clone());
                tokio::spawn(async move {
                    if ask {
                        sign_in(&client, &email).await
                    } else {
                        recover(&client, &email).await
                    }
                })
            });
            for answer in asked.collect::<Vec<_>>() {
                let answer = answer.await.unwrap();
                answer.error(401, "INVALID_CREDENTIALS");
                shapes.insert(shape(&answer));
            }
        }
        assert_eq!(shapes.len(), 1, "{what}: {shapes:#?}");
    }

    // One hash takes nearly all of the time of a sign-in.
    let (_, hash) = time(async |email: &str| sign_in(&client, email).await).await;
    let asks = async |email: &str| sign_in(&client, email).await;
    takes_equally_long("sign-in", hash / 4, asks).await;
    let asks = async |email: &str| recover(&client, email).await;
    takes_equally_long("recovery", hash / 4, asks).await;
    let asks = async |email: &str| prelogin(&client, email).await;
    takes_equally_long("prelogin", hash / 20, asks).await;
}
