use harness::account::{Account, KDF, login, sealed};
use serde_json::{Value, json};

use crate::start;

fn next(epoch: u64) -> Value {
    json!({"epoch": epoch, "sealed": sealed(300)})
}

#[tokio::test(flavor = "multi_thread")]
async fn sealed_records_are_swapped_one_by_one() {
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let put = async |body: Value| ann.client.put("/user/keys", &body).await;
    let state = next(2);
    let keys = put(json!({"account_state": state})).await.data();
    assert_eq!(keys["account_state"], state);
    assert_eq!(keys["pins"]["epoch"], 1);
    assert_eq!(ann.client.get("/user/keys").await.data(), keys);
    for epoch in [2, 4, 1_000_000] {
        let details = put(json!({"account_state": next(epoch)}))
            .await
            .error(409, "CONFLICT");
        assert_eq!(details["current_epoch"], 2);
        assert_eq!(details["record"], "account_state");
    }
    // Both or none.
    let details = put(json!({"account_state": next(3), "pins": next(5)}))
        .await
        .error(409, "CONFLICT");
    assert_eq!(
        (&details["current_epoch"], &details["record"]),
        (&json!(1), &json!("pins"))
    );
    assert_eq!(
        ann.client.get("/user/keys").await.data()["account_state"]["epoch"],
        2
    );
    put(json!({"account_state": next(3), "pins": next(2)}))
        .await
        .expect(200);
    put(json!({})).await.error(422, "VALIDATION_ERROR");
    put(json!({"pins": next(0)}))
        .await
        .error(422, "VALIDATION_ERROR");
    put(json!({"pins": {"epoch": -1, "sealed": sealed(300)}}))
        .await
        .error(422, "VALIDATION_ERROR");
    // Pins grow with the number of folders.
    let large = json!({"pins": {"epoch": 3, "sealed": sealed(1_000_000)}});
    put(large).await.expect(200);
    put(json!({"pins": {"epoch": 4, "sealed": sealed(4_194_305)}}))
        .await
        .error(422, "VALIDATION_ERROR");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_devices_one_wins() {
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let mut tasks = Vec::new();
    for _ in 0..10 {
        let client = ann.client.clone();
        tasks.push(tokio::spawn(async move {
            client
                .put("/user/keys", &json!({"account_state": next(2)}))
                .await
                .status
        }));
    }
    let mut statuses = Vec::new();
    for task in tasks {
        statuses.push(task.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [vec![200], vec![409; 9]].concat());
}

/// After a backup was restored, numbers that devices have seen are passed over: who writes says
/// what is replaced, and is refused if that is not what there is.
#[tokio::test(flavor = "multi_thread")]
async fn records_may_pass_over_epochs_if_they_say_what_they_replace() {
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let put = async |body: Value| ann.client.put("/user/keys", &body).await;
    for replaced in [0, 2, 7] {
        let body = json!({"pins": next(8), "replaced_pins": replaced});
        let details = put(body).await.error(409, "CONFLICT");
        assert_eq!(details["current_epoch"], 1);
    }
    for body in [
        json!({"pins": next(8), "replaced_pins": 8}),
        json!({"account_state": next(2), "replaced_pins": 1}),
    ] {
        let details = put(body).await.error(422, "VALIDATION_ERROR");
        assert!(details["fields"]["replaced_pins"].is_string(), "{details}");
    }
    let keys = put(json!({"pins": next(8), "replaced_pins": 1}))
        .await
        .data();
    assert_eq!(keys["pins"]["epoch"], 8);
    put(json!({"pins": next(9)})).await.expect(200);

    let mut body = json!({
        "old_password_hash": ann.password_hash,
        "new_password_hash": "a new hash of at least 32 characters",
        "new_salt": "a new salt, 16 or more",
        "kdf": KDF,
        "wrapped_key": sealed(104),
        "account_state": next(6),
        "replaced_state": 6,
    });
    let patch = async |body: &Value| ann.client.patch("/user/password", body).await;
    let details = patch(&body).await.error(422, "VALIDATION_ERROR");
    assert!(details["fields"]["replaced_state"].is_string(), "{details}");
    body["replaced_state"] = json!(5);
    patch(&body).await.error(409, "CONFLICT");
    body["replaced_state"] = json!(1);
    patch(&body).await.expect(200);
    let keys = ann.client.get("/user/keys").await.data();
    assert_eq!(keys["account_state"]["epoch"], 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn bare_accounts_have_no_keys() {
    let (_app, client) = start().await;
    let bob = Account::bare(&client, "bob@example.org").await;
    for path in ["/user/keys", "/changes", "/folders/root/heads"] {
        bob.client.get(path).await.error(409, "KEYS_REQUIRED");
    }
    bob.client
        .put("/user/keys", &json!({"pins": next(2)}))
        .await
        .error(409, "KEYS_REQUIRED");
    let answer = bob
        .commit_with(json!([{"type": "trash", "node": bob.user_id}]), vec![])
        .await;
    answer.error(409, "KEYS_REQUIRED");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vaults_password_changes_with_its_keys() {
    let (_app, client) = start().await;
    let ann = Account::vault(&client, "ann@example.org").await;
    let elsewhere = login(&client, &ann.email, &ann.password_hash).await.data();
    let elsewhere = client.with_token(elsewhere["access_token"].as_str().unwrap());
    let new_hash = "a new hash of at least 32 characters";
    let mut body = json!({
        "old_password_hash": ann.password_hash,
        "new_password_hash": new_hash,
        "new_salt": "a new salt, 16 or more",
    });
    let patch = async |body: &Value| ann.client.patch("/user/password", body).await;
    patch(&body).await.error(409, "KEYS_REQUIRED");
    body["kdf"] = json!(KDF);
    body["wrapped_key"] = json!(sealed(104));
    patch(&body).await.error(409, "KEYS_REQUIRED");
    body["account_state"] = next(3);
    let details = patch(&body).await.error(409, "CONFLICT");
    assert_eq!(details["current_epoch"], 1);
    login(&client, &ann.email, new_hash)
        .await
        .error(401, "INVALID_CREDENTIALS");
    body["account_state"] = next(2);
    body["old_password_hash"] = json!("wrong");
    patch(&body).await.error(401, "INVALID_CREDENTIALS");
    assert_eq!(
        ann.client.get("/user/keys").await.data()["account_state"]["epoch"],
        1
    );

    body["old_password_hash"] = json!(ann.password_hash);
    let answer = patch(&body).await;
    assert_eq!(
        answer.json(),
        json!({"success": true, "message": "Password updated successfully"})
    );
    let keys = ann.client.get("/user/keys").await.data();
    for name in ["wrapped_key", "account_state", "kdf"] {
        assert_eq!(keys[name], body[name], "{name}");
    }
    assert_eq!(keys["salt"], body["new_salt"]);
    elsewhere
        .get("/auth/verify")
        .await
        .error(401, "UNAUTHORIZED");
    login(&client, &ann.email, &ann.password_hash)
        .await
        .error(401, "INVALID_CREDENTIALS");
    login(&client, &ann.email, new_hash).await.expect(200);
    let prelogin = client
        .get("/auth/prelogin?email=ann@example.org")
        .await
        .data();
    assert_eq!(prelogin["salt"], body["new_salt"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bare_accounts_password_changes_alone() {
    let (_app, client) = start().await;
    let bob = Account::bare(&client, "bob@example.org").await;
    let new_hash = "a new hash of at least 32 characters";
    let mut body = json!({
        "old_password_hash": bob.password_hash,
        "new_password_hash": "short",
        "new_salt": "short",
    });
    let details = bob
        .client
        .patch("/user/password", &body)
        .await
        .error(422, "VALIDATION_ERROR");
    let fields = details["fields"].as_object().unwrap();
    assert_eq!(
        fields.keys().collect::<Vec<_>>(),
        ["new_password_hash", "new_salt"]
    );
    body["new_password_hash"] = json!(new_hash);
    body["new_salt"] = json!("a new salt, 16 or more");
    let elsewhere = login(&client, &bob.email, &bob.password_hash).await.data();
    let elsewhere = client.with_token(elsewhere["access_token"].as_str().unwrap());
    bob.client.patch("/user/password", &body).await.expect(200);
    login(&client, &bob.email, new_hash).await.expect(200);
    login(&client, &bob.email, &bob.password_hash)
        .await
        .error(401, "INVALID_CREDENTIALS");
    elsewhere
        .get("/user/profile")
        .await
        .error(401, "UNAUTHORIZED");
    bob.client.get("/user/profile").await.expect(200);
}
