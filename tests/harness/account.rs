//! Accounts for tests of the contract: what should be sealed is random, since the server cannot
//! tell the difference.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::client::{Answer, Client};

/// How the vaults of these tests say that they derive.
pub const KDF: &str = "argon2id$v=19$m=65536,t=3,p=1";

/// Random bytes, in base64.
#[must_use]
pub fn sealed(length: usize) -> String {
    let mut bytes = vec![0; length];
    rand::fill(&mut bytes[..]);
    STANDARD.encode(bytes)
}

/// A random UUID.
#[must_use]
pub fn uuid() -> String {
    protocol::NodeId::from_random(rand::random()).to_string()
}

/// The body of a registration without keys.
#[must_use]
pub fn bare_registration(email: &str) -> Value {
    json!({
        "email": email,
        "password_hash": format!("hash of {email}, at least 32 characters"),
        "salt": "salt of 16 characters or more",
    })
}

/// The body of a registration with keys.
#[must_use]
pub fn vault_registration(email: &str) -> Value {
    let root = uuid();
    let mut body = bare_registration(email);
    body["user_id"] = json!(uuid());
    body["kdf"] = json!(KDF);
    body["keys"] = json!({
        "format": 1,
        "identity": sealed(1300),
        "wrapped_key": sealed(104),
        "recovery": {"wrapped_key": sealed(104), "auth": "recovery proof of at least 32 characters"},
        "account_state": {"epoch": 1, "sealed": sealed(300)},
        "pins": {"epoch": 1, "sealed": sealed(200)},
        "root": {
            "id": root,
            "wrapped_key": sealed(104),
            "metadata": {"rev": 1, "sealed": sealed(200)},
            "acl": {"seq": 1, "sealed": sealed(300)},
            "head": {"node": root, "expected_seq": 0, "seq": 1, "sealed": sealed(400)},
        },
    });
    body
}

/// A signed-in account.
pub struct Account {
    /// With its access token.
    pub client: Client,
    /// As registered.
    pub email: String,
    /// As registered.
    pub password_hash: String,
    /// Its id.
    pub user_id: String,
    /// The vault's root; empty for a bare account.
    pub root: String,
    /// From signing in.
    pub refresh_token: String,
}

impl Account {
    /// Makes an account with keys and signs in.
    pub async fn vault(client: &Client, email: &str) -> Self {
        Self::register(client, &vault_registration(email)).await
    }

    /// Makes an account without keys and signs in.
    pub async fn bare(client: &Client, email: &str) -> Self {
        Self::register(client, &bare_registration(email)).await
    }

    async fn register(client: &Client, body: &Value) -> Self {
        client.post("/auth/register", body).await.expect(201);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (email, password_hash) = (text(&body["email"]), text(&body["password_hash"]));
        let login = login(client, &email, &password_hash).await;
        login.expect(200);
        let data = login.data();
        Self {
            client: client.with_token(&text(&data["access_token"])),
            email,
            password_hash,
            user_id: text(&data["user"]["id"]),
            root: text(&body["keys"]["root"]["id"]),
            refresh_token: text(&data["refresh_token"]),
        }
    }

    /// The current seq of a folder's head.
    pub async fn seq(&self, folder: &str) -> u64 {
        let page = self
            .client
            .get(&format!("/folders/{folder}/children?limit=1"))
            .await;
        page.data()["head"]["seq"].as_u64().expect("a number")
    }

    /// Commits changes, with a new head for each of the folders.
    pub async fn commit(&self, changes: Value, folders: &[&str]) -> Answer {
        let mut heads = Vec::new();
        for folder in folders {
            heads.push(head(folder, self.seq(folder).await));
        }
        self.commit_with(changes, heads).await
    }

    /// Commits changes with such heads.
    pub async fn commit_with(&self, changes: Value, heads: Vec<Value>) -> Answer {
        let body = json!({"id": uuid(), "changes": changes, "heads": heads});
        self.client.post("/commits", &body).await
    }

    /// Makes a file in a folder and answers its id.
    pub async fn create_file(&self, parent: &str, data: &[u8]) -> String {
        let upload = self.client.upload(data).await;
        let id = uuid();
        let answer = self
            .commit(json!([create_file(&id, parent, &upload)]), &[parent])
            .await;
        answer.expect(200);
        id
    }

    /// Makes a folder in a folder and answers its id.
    pub async fn create_folder(&self, parent: &str) -> String {
        let id = uuid();
        let heads = vec![head(parent, self.seq(parent).await), head(&id, 0)];
        let answer = self
            .commit_with(json!([create_folder(&id, parent)]), heads)
            .await;
        answer.expect(200);
        id
    }

    /// The figures of `GET /user/storage`: used, available, files.
    pub async fn storage(&self) -> (u64, u64, u64) {
        let data = self.client.get("/user/storage").await.data();
        let number = |name: &str| data[name].as_u64().expect("a number");
        (number("used"), number("available"), number("file_count"))
    }
}

/// Signs in.
pub async fn login(client: &Client, email: &str, password_hash: &str) -> Answer {
    let body = json!({"email": email, "password_hash": password_hash});
    client.without_token().post("/auth/login", &body).await
}

/// The head that follows `seq`.
#[must_use]
pub fn head(folder: &str, seq: u64) -> Value {
    json!({"node": folder, "expected_seq": seq, "seq": seq + 1, "sealed": sealed(400)})
}

/// A version made of an upload.
#[must_use]
pub fn version(upload: &str) -> Value {
    json!({"id": uuid(), "wrapped_key": sealed(104), "record": sealed(250), "upload": upload})
}

/// A change that creates a file.
#[must_use]
pub fn create_file(id: &str, parent: &str, upload: &str) -> Value {
    let mut change = create_folder(id, parent);
    change["kind"] = json!("file");
    change["version"] = version(upload);
    change
}

/// A change that creates a folder.
#[must_use]
pub fn create_folder(id: &str, parent: &str) -> Value {
    json!({
        "type": "create",
        "id": id,
        "parent": parent,
        "kind": "folder",
        "wrapped_key": sealed(104),
        "metadata": {"rev": 1, "sealed": sealed(200)},
        "version": null,
    })
}
