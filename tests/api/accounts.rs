use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use harness::account::{Account, KDF, bare_registration, login, sealed, uuid, vault_registration};
use serde_json::{Value, json};

use crate::start;

#[tokio::test(flavor = "multi_thread")]
async fn the_first_account_is_the_administrator_and_emails_are_unique() {
    let (_app, client) = start().await;
    let answer = client
        .post("/auth/register", &bare_registration(" Ann@Example.org "))
        .await;
    answer.expect(201);
    assert_eq!(answer.json()["message"], "User registered successfully");
    assert_eq!(answer.data()["email"], "ann@example.org");
    assert!(answer.data()["created_at"].as_str().unwrap().ends_with('Z'));
    let again = client
        .post("/auth/register", &vault_registration("ANN@example.ORG"))
        .await;
    again.error(409, "EMAIL_TAKEN");

    let hash = bare_registration(" Ann@Example.org ")["password_hash"]
        .as_str()
        .unwrap()
        .to_owned();
    let ann = login(&client, "ANN@example.org ", &hash).await;
    assert_eq!(ann.json()["message"], "Login successful");
    let token = ann.data()["access_token"].as_str().unwrap().to_owned();
    let profile = client.with_token(&token).get("/user/profile").await.data();
    assert_eq!(profile["role"], "admin");
    let bob = Account::vault(&client, "bob@example.org").await;
    assert_eq!(bob.client.get("/user/profile").await.data()["role"], "user");
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_are_never_taken_twice() {
    let (_app, client) = start().await;
    let first = vault_registration("a@example.org");
    client.post("/auth/register", &first).await.expect(201);
    let mut second = vault_registration("b@example.org");
    second["user_id"] = first["user_id"].clone();
    client
        .post("/auth/register", &second)
        .await
        .error(409, "CONFLICT");
    let mut third = vault_registration("b@example.org");
    third["keys"]["root"]["id"] = first["keys"]["root"]["id"].clone();
    third["keys"]["root"]["head"]["node"] = first["keys"]["root"]["id"].clone();
    client
        .post("/auth/register", &third)
        .await
        .error(409, "CONFLICT");
    // Nothing of what was refused is left.
    let hash = third["password_hash"].as_str().unwrap();
    login(&client, "b@example.org", hash)
        .await
        .error(401, "INVALID_CREDENTIALS");
    client
        .post("/auth/register", &vault_registration("b@example.org"))
        .await
        .expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn registrations_are_checked_field_by_field() {
    let (_app, client) = start().await;
    let long = "x".repeat(1025);
    let cases: Vec<(&str, Value)> = vec![
        ("email", json!("nobody")),
        ("email", json!("a@b@c")),
        ("email", json!(7)),
        ("password_hash", json!("too short")),
        ("password_hash", json!(long)),
        ("password_hash", Value::Null),
        ("salt", json!("short")),
        ("salt", json!(long)),
        ("user_id", json!("7")),
        ("user_id", Value::Null),
        ("kdf", Value::Null),
        ("username", json!("x".repeat(65))),
        ("username", json!("a\u{0}b")),
        ("keys.format", json!(2)),
        ("keys.format", json!(-1)),
        ("keys.identity", json!("AA==")),
        ("keys.identity", json!("not base64!")),
        ("keys.wrapped_key", json!(sealed(103))),
        ("keys.wrapped_key", json!(sealed(105))),
        ("keys.recovery.wrapped_key", json!(sealed(0))),
        ("keys.recovery.auth", json!("short")),
        ("keys.account_state.epoch", json!(2)),
        ("keys.account_state.sealed", json!(sealed(70_000))),
        ("keys.pins.epoch", json!(0)),
        ("keys.pins.epoch", json!(1.5)),
        ("keys.root.wrapped_key", json!(sealed(32))),
        ("keys.root.metadata.rev", json!(3)),
        ("keys.root.metadata.sealed", json!(sealed(65_537))),
        ("keys.root.acl.seq", json!(2)),
        ("keys.root.head.node", json!(uuid())),
        ("keys.root.head.expected_seq", json!(1)),
        ("keys.root.head.seq", json!(2)),
        ("keys.root.head.sealed", json!(sealed(16_385))),
    ];
    for (field, value) in cases {
        let mut body = vault_registration("ann@example.org");
        let pointer = format!("/{}", field.replace('.', "/"));
        *body.pointer_mut(&pointer).unwrap_or(&mut Value::Null) = value.clone();
        if body.pointer(&pointer).is_none() {
            body[field] = value.clone();
        }
        let answer = client.post("/auth/register", &body).await;
        let details = answer.error(422, "VALIDATION_ERROR");
        assert!(
            details["fields"][field].is_string(),
            "{field} = {value}: {details}"
        );
    }
    let mut body = vault_registration("ann@example.org");
    body.as_object_mut().unwrap().remove("salt");
    let details = client
        .post("/auth/register", &body)
        .await
        .error(422, "VALIDATION_ERROR");
    assert_eq!(details["fields"]["salt"], "it is missing");
    // Nothing was made meanwhile; unknown fields are no reason to refuse.
    let mut body = vault_registration("ann@example.org");
    body["something_new"] = json!({"a": [1]});
    client.post("/auth/register", &body).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn prelogin_tells_nothing_about_who_is_here() {
    let (_app, client) = start().await;
    let mut body = vault_registration("ann@example.org");
    body["salt"] = json!(sealed(32));
    client.post("/auth/register", &body).await.expect(201);
    let ask = async |email: &str| {
        let answer = client.get(&format!("/auth/prelogin?email={email}")).await;
        answer.expect(200);
        (answer.body.len(), answer.data())
    };
    let (known_size, known) = ask("Ann@example.org").await;
    assert_eq!(known, json!({"salt": body["salt"], "kdf": KDF}));
    let (unknown_size, unknown) = ask("eve@example.org").await;
    assert_eq!(known_size, unknown_size);
    assert_eq!(unknown["kdf"], KDF);
    assert_eq!(
        ask("eve@example.org").await.1,
        unknown,
        "it does not change"
    );
    assert_ne!(ask("eva@example.org").await.1, unknown);
    client
        .post("/auth/register", &bare_registration("bob@example.org"))
        .await
        .expect(201);
    assert_eq!(ask("bob@example.org").await.1["kdf"], Value::Null);
    for bad in [
        "/auth/prelogin",
        "/auth/prelogin?email=",
        "/auth/prelogin?email=a@b&email=c@d",
    ] {
        client.get(bad).await.error(400, "BAD_REQUEST");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_emails_and_wrong_passwords_look_alike() {
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let wrong_password = login(&client, "ann@example.org", "wrong").await;
    let wrong_email = login(&client, "eve@example.org", &ann.password_hash).await;
    let no_email = login(&client, "eve", &ann.password_hash).await;
    for answer in [&wrong_password, &wrong_email, &no_email] {
        answer.error(401, "INVALID_CREDENTIALS");
        assert_eq!(answer.body, wrong_password.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_brings_what_a_client_needs() {
    let (_app, client) = start().await;
    let registered = vault_registration("ann@example.org");
    client.post("/auth/register", &registered).await.expect(201);
    let hash = registered["password_hash"].as_str().unwrap();
    let data = login(&client, "ann@example.org", hash).await.data();
    assert_eq!(data["token_type"], "Bearer");
    assert_eq!(data["expires_in"], 3600);
    assert!(data["refresh_token"].as_str().unwrap().starts_with("srr_"));
    assert_eq!(data["user"]["id"], registered["user_id"]);
    assert_eq!(data["user"]["storage_used"], 0);
    assert_eq!(data["user"]["storage_limit"], 5_368_709_120_u64);
    let keys = &data["keys"];
    for name in ["format", "identity", "wrapped_key", "account_state", "pins"] {
        assert_eq!(keys[name], registered["keys"][name], "{name}");
    }
    assert_eq!(keys["salt"], registered["salt"]);
    assert_eq!(keys["kdf"], registered["kdf"]);
    assert_eq!(keys["user_id"], registered["user_id"]);
    assert_eq!(keys["root"], registered["keys"]["root"]["id"]);
    assert!(
        !data.to_string().contains("recovery"),
        "the other way in stays on the server"
    );
    let bare = Account::bare(&client, "bob@example.org").await;
    let data = login(&client, &bare.email, &bare.password_hash)
        .await
        .data();
    assert_eq!(data["keys"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn profiles_change_only_where_asked() {
    let (_app, client) = start().await;
    let ann = Account::bare(&client, "ann@example.org").await;
    let change = async |body: Value| ann.client.patch("/user/profile", &body).await;
    let profile = change(json!({"username": "ann", "first_name": "Ann"}))
        .await
        .data();
    assert_eq!(
        (&profile["username"], &profile["last_name"]),
        (&json!("ann"), &Value::Null)
    );
    let profile = change(json!({"first_name": null, "last_name": "A."}))
        .await
        .data();
    assert_eq!(profile["username"], "ann");
    assert_eq!(profile["first_name"], Value::Null);
    assert_eq!(profile["last_name"], "A.");
    assert_eq!(ann.client.get("/user/profile").await.data(), profile);
    assert!(profile["last_login"].is_string());
    let details = change(json!({"username": ""}))
        .await
        .error(422, "VALIDATION_ERROR");
    assert!(details["fields"]["username"].is_string());
    change(json!({"first_name": "x".repeat(101)}))
        .await
        .error(422, "VALIDATION_ERROR");
    change(json!({"last_name": 1}))
        .await
        .error(422, "VALIDATION_ERROR");
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_stored_as_hashes_only() {
    let (mut app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let decoded = URL_SAFE_NO_PAD.decode(&ann.refresh_token[4..]).unwrap();
    let secrets: [(&str, &[u8]); 6] = [
        ("the password hash", ann.password_hash.as_bytes()),
        ("the recovery proof", b"recovery proof"),
        ("the refresh token", ann.refresh_token.as_bytes()),
        (
            "the refresh token's text",
            &ann.refresh_token.as_bytes()[4..],
        ),
        ("the refresh token's bytes", &decoded),
        ("the access token", ann.client.token().unwrap().as_bytes()),
    ];
    // While it runs, with the log that the database writes first, and after it has stopped.
    for _ in 0..2 {
        let data = app.data_dir();
        assert!(found(&data, b"$argon2id$v=19$m=19456,t=2,p=1$") > 0);
        for (what, secret) in secrets {
            assert_eq!(found(&data, secret), 0, "{what}");
            let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(found(&data, hex.as_bytes()), 0, "{what}, in hex");
            let base64 = STANDARD_NO_PAD.encode(secret);
            assert_eq!(found(&data, base64.as_bytes()), 0, "{what}, in base64");
        }
        if app.is_running() {
            app.stop();
        }
    }
}

/// How many files of the data directory hold these bytes, whatever they are and wherever.
fn found(folder: &std::path::Path, needle: &[u8]) -> usize {
    let entries = std::fs::read_dir(folder).unwrap();
    entries
        .map(|entry| {
            let path = entry.unwrap().path();
            if path.is_dir() {
                return found(&path, needle);
            }
            let bytes = std::fs::read(&path).unwrap();
            usize::from(memchr::memmem::find(&bytes, needle).is_some())
        })
        .sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_kept_as_it_came() {
    let (_app, client) = start().await;
    let ann = Account::bare(&client, "ann@example.org").await;
    let change = async |body: Value| ann.client.patch("/user/profile", &body).await;
    let avatar = || async { ann.client.get("/user/profile").await.data()["avatar"].clone() };
    assert_eq!(avatar().await, Value::Null);
    let picture = json!(sealed(65_536));
    let answer = change(json!({"avatar": picture})).await;
    assert_eq!(answer.data()["avatar"], picture);
    change(json!({"username": "ann"})).await.expect(200);
    assert_eq!(avatar().await, picture);
    for bad in [json!(sealed(65_537)), json!(""), json!("?"), json!(7)] {
        let details = change(json!({"avatar": bad})).await;
        let details = details.error(422, "VALIDATION_ERROR");
        assert!(details["fields"]["avatar"].is_string(), "{details}");
    }
    assert_eq!(avatar().await, picture);
    change(json!({"avatar": null})).await.expect(200);
    assert_eq!(avatar().await, Value::Null);
    assert_eq!(
        ann.client.get("/user/profile").await.data()["username"],
        "ann"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_of_the_whole_server_are_for_its_administrator() {
    let (_app, client) = start().await;
    let admin = Account::vault(&client, "admin@example.org").await;
    let bob = Account::vault(&client, "bob@example.org").await;
    bob.create_file(&bob.root, b"12345").await;
    admin.create_file(&admin.root, b"123").await;
    let second = login(&client, &bob.email, &bob.password_hash).await.data();
    let second = client.with_token(second["access_token"].as_str().unwrap());
    let stats = async || admin.client.get("/stats").await.data();
    assert_eq!(
        stats().await,
        json!({"total_users": 2, "total_files": 2, "total_storage_used": 8, "active_sessions": 3})
    );
    second.post("/auth/logout", &json!({})).await.expect(200);
    assert_eq!(stats().await["active_sessions"], 2);
    bob.client.get("/stats").await.error(403, "FORBIDDEN");
    client.get("/stats").await.error(401, "UNAUTHORIZED");
}

/// Until there is an endpoint for it, operators do this in the database.
fn set_active(app: &harness::TestApp, email: &str, active: bool) {
    let path = app.data_dir().join("strongroom.db");
    let database = rusqlite::Connection::open(path).unwrap();
    let sql = "UPDATE users SET active = ?2 WHERE email = ?1";
    assert_eq!(database.execute(sql, (email, active)).unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_is_switched_off_is_told_so_once_it_has_proved_who_it_is() {
    let (app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let auth = "recovery proof of at least 32 characters";
    let start = async |auth: &str| {
        let body = json!({"email": ann.email, "auth": auth});
        client.post("/auth/recovery/start", &body).await
    };
    let token = start(auth).await.data()["recovery_token"].clone();
    set_active(&app, &ann.email, false);
    ann.client
        .get("/auth/verify")
        .await
        .error(403, "ACCOUNT_INACTIVE");
    ann.client
        .get("/files")
        .await
        .error(403, "ACCOUNT_INACTIVE");
    let refresh = json!({"refresh_token": ann.refresh_token});
    let answer = client.post("/auth/refresh", &refresh).await;
    answer.error(403, "ACCOUNT_INACTIVE");
    login(&client, &ann.email, &ann.password_hash)
        .await
        .error(403, "ACCOUNT_INACTIVE");
    // Whoever does not know the secret learns nothing of it.
    login(&client, &ann.email, "wrong")
        .await
        .error(401, "INVALID_CREDENTIALS");
    start("wrong").await.error(401, "INVALID_CREDENTIALS");
    start(auth).await.error(403, "ACCOUNT_INACTIVE");
    let finish = json!({
        "recovery_token": token,
        "new_password_hash": "a new hash of at least 32 characters",
        "new_salt": "a new salt, 16 or more",
        "kdf": KDF,
        "wrapped_key": sealed(104),
        "account_state": {"epoch": 2, "sealed": sealed(300)},
    });
    let answer = client.post("/auth/recovery/finish", &finish).await;
    answer.error(403, "ACCOUNT_INACTIVE");
    // Nothing was lost meanwhile.
    set_active(&app, &ann.email, true);
    ann.client.get("/auth/verify").await.expect(200);
    login(&client, &ann.email, &ann.password_hash)
        .await
        .expect(200);
    client.post("/auth/refresh", &refresh).await.expect(200);
    client
        .post("/auth/recovery/finish", &finish)
        .await
        .expect(200);
}
