//! A native client: the real vault, driven over HTTP as the web app drives it.

use std::time::{SystemTime, UNIX_EPOCH};

use protocol::{
    AccountKeys, CommitRequest, DownloadResponse, ErrorCode, Failure, FileDetails, LoginResponse,
    NodeId, PreloginResponse, Success, UploadId,
};
use rand::{SeedableRng, rngs::StdRng};
use reqwest::{Client, RequestBuilder, Response, StatusCode, header};
use serde::{Serialize, de::DeserializeOwned};
use vault::{
    Vault, VaultError,
    account::{Credentials, NewAccount},
    pins::Pins,
};

/// Why a client did not do something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientError {
    /// The vault refused.
    Vault(VaultError),
    /// The server refused.
    Server(StatusCode, Option<ErrorCode>),
    /// The server did not answer, or not whole.
    Connection,
}

impl From<VaultError> for ClientError {
    fn from(error: VaultError) -> Self {
        Self::Vault(error)
    }
}

impl From<reqwest::Error> for ClientError {
    fn from(_: reqwest::Error) -> Self {
        Self::Connection
    }
}

/// A signed-in, unlocked device.
pub struct Device {
    pub(crate) base: String,
    pub(crate) http: Client,
    pub(crate) token: String,
    pub(crate) rng: StdRng,
    pub(crate) email: String,
    /// The recovery phrase, on the device that made it or used it.
    pub phrase: String,
    /// The vault itself.
    pub vault: Vault,
}

impl Device {
    /// Makes an account on the server at `url`.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn sign_up(url: &str, email: &str, password: &str) -> Result<Self, ClientError> {
        let (base, http) = connect(url);
        let mut rng = StdRng::from_rng(&mut rand::rng());
        let account = NewAccount::create(password, now(), &mut rng)?;
        post::<serde_json::Value>(
            http.post(format!("{base}/auth/register")),
            &account.request(email),
        )
        .await?;
        let login = log_in(&http, &base, email, account.password_hash()).await?;
        let phrase = account.phrase().to_string();
        let vault = account.into_vault();
        Ok(Self {
            phrase,
            base,
            http,
            token: login.access_token,
            rng,
            email: email.to_owned(),
            vault,
        })
    }

    /// Signs in; `pins` is what the device has kept.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn sign_in(
        url: &str,
        email: &str,
        password: &str,
        pins: Option<Pins>,
    ) -> Result<Self, ClientError> {
        let (base, http) = connect(url);
        let rng = StdRng::from_rng(&mut rand::rng());
        let prelogin: PreloginResponse = data(
            http.get(format!("{base}/auth/prelogin"))
                .query(&[("email", email)])
                .send()
                .await?,
        )
        .await?;
        let kdf = prelogin.kdf.unwrap_or_default();
        let credentials = Credentials::derive(password, &prelogin.salt, &kdf, pins.as_ref())?;
        let login = log_in(&http, &base, email, credentials.password_hash()).await?;
        let keys = login.keys.ok_or(VaultError::AccountTampered)?;
        let vault = Vault::unlock(&credentials, &keys, pins, true)?;
        Ok(Self {
            phrase: String::new(),
            base,
            http,
            token: login.access_token,
            rng,
            email: email.to_owned(),
            vault,
        })
    }

    /// Uploads a file into the root folder.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn upload(&mut self, name: &str, content: &[u8]) -> Result<NodeId, ClientError> {
        self.upload_to(self.vault.root(), name, content).await
    }

    /// Uploads a file into a folder.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn upload_to(
        &mut self,
        folder: NodeId,
        name: &str,
        content: &[u8],
    ) -> Result<NodeId, ClientError> {
        let size = content.len() as u64;
        let mut plan = self.vault.plan_upload(
            folder,
            name,
            "application/octet-stream",
            now(),
            size,
            &mut self.rng,
        )?;
        let created = self
            .auth(self.http.post(format!("{}/uploads", self.base)))
            .header("Tus-Resumable", "1.0.0")
            .header("Upload-Length", plan.layout.total_len())
            .send()
            .await?;
        let location = success(created).await?.headers()[header::LOCATION]
            .to_str()
            .expect("an address")
            .to_owned();
        let mut offset = 0;
        for part in 0..plan.layout.parts() {
            let (from, to) = plan.layout.plain_range(part);
            let plain = &content[usize::try_from(from).expect("in memory")
                ..usize::try_from(to).expect("in memory")];
            let mut sealed = plan.seal_part(part, plain)?;
            if part + 1 == plan.layout.parts() {
                sealed.extend(plan.finish(&mut self.rng)?);
            }
            let length = sealed.len();
            let patch = self
                .auth(self.http.patch(&location))
                .header("Tus-Resumable", "1.0.0")
                .header("Upload-Offset", offset)
                .header(header::CONTENT_TYPE, "application/offset+octet-stream");
            success(patch.body(sealed).send().await?).await?;
            offset += length;
        }
        let upload = upload_id(&location);
        let request =
            self.vault
                .commit_uploads(folder, &[(&plan, upload)], now(), &mut self.rng)?;
        self.commit(&request).await?;
        let protocol::Change::Create(create) = &request.changes[0] else {
            unreachable!("an upload is a creation")
        };
        assert!(
            self.vault.entry(create.id).is_some(),
            "what was committed is there"
        );
        Ok(create.id)
    }

    /// Downloads a file. Nothing is given back unless all of it is right.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn download(&self, node: NodeId) -> Result<Vec<u8>, ClientError> {
        let mut details: FileDetails = self.get(&format!("/files/{node}")).await?;
        let mut more = details.more_versions;
        while more && let Some(last) = details.versions.last() {
            let path = format!("/files/{node}?versions_before={}", last.id);
            let older: FileDetails = self.get(&path).await?;
            more = older.more_versions && !older.versions.is_empty();
            details.versions.extend(older.versions);
        }
        let plan = self.vault.plan_download(node, &details.versions)?;
        let path = format!("/files/{node}/download?version={}", plan.version());
        let link: DownloadResponse = self.get(&path).await?;
        let (total, first) = self
            .range(&link.download_url, plan.layout.sealed_range(0))
            .await?;
        plan.check_total(total)?;
        let hashes = if plan.layout.segments() > 1 {
            let tail = (plan.layout.content_len(), plan.layout.total_len());
            plan.open_segments(&self.range(&link.download_url, tail).await?.1)?
                .to_vec()
        } else {
            Vec::new()
        };
        let header = first
            .get(..56)
            .ok_or(VaultError::Finding(vault::findings::FindingKind::Truncated))?;
        let cipher = plan.open_header(header)?;
        let mut content = Vec::new();
        let mut sealed = first;
        for part in 0..plan.layout.parts() {
            if part > 0 {
                sealed = self
                    .range(&link.download_url, plan.layout.sealed_range(part))
                    .await?
                    .1;
            }
            let opened = cipher.open_part(&plan.layout, part, &sealed, &hashes, &plan.root);
            content.extend_from_slice(&opened.map_err(VaultError::from)?);
        }
        Ok(content)
    }

    /// Changes the password.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn change_password(&mut self, current: &str, new: &str) -> Result<(), ClientError> {
        let keys: AccountKeys = self.get("/user/keys").await?;
        let credentials =
            Credentials::derive(current, &keys.salt, &keys.kdf, Some(self.vault.pins()))?;
        let request = self
            .vault
            .change_password(&credentials, new, &mut self.rng)?;
        post::<serde_json::Value>(
            self.auth(self.http.patch(format!("{}/user/password", self.base))),
            &request,
        )
        .await?;
        self.vault.password_changed();
        Ok(())
    }

    /// Brings the account's sealed pins up to date.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn push_pins(&mut self) -> Result<(), ClientError> {
        if let Some(request) = self.vault.sealed_pins(&mut self.rng) {
            post::<serde_json::Value>(
                self.auth(self.http.put(format!("{}/user/keys", self.base))),
                &request,
            )
            .await?;
            self.vault.sealed_pins_accepted();
        }
        Ok(())
    }

    /// Its access token.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }

    /// The email that it signed in with.
    #[must_use]
    pub fn email(&self) -> &str {
        &self.email
    }

    /// Sends a commit; gives the folders that it changed.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn commit(&mut self, request: &CommitRequest) -> Result<Vec<NodeId>, ClientError> {
        let sent = self.auth(self.http.post(format!("{}/commits", self.base)));
        match post::<protocol::CommitResponse>(sent, request).await {
            Ok(_) => Ok(self.vault.committed(request.id)?),
            Err(error) => {
                self.vault.abandoned(request.id);
                Err(error)
            }
        }
    }

    /// Sends a commit and tells the vault nothing: for who wants to send it again.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn send(&self, request: &CommitRequest) -> Result<(), ClientError> {
        let sent = self.auth(self.http.post(format!("{}/commits", self.base)));
        post::<protocol::CommitResponse>(sent, request).await?;
        Ok(())
    }

    /// Sends sealed bytes for a commit, with one request.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn stage(&self, sealed: Vec<u8>) -> Result<UploadId, ClientError> {
        let created = self
            .auth(self.http.post(format!("{}/uploads", self.base)))
            .header("Tus-Resumable", "1.0.0")
            .header("Upload-Length", sealed.len())
            .header(header::CONTENT_TYPE, "application/offset+octet-stream")
            .body(sealed)
            .send()
            .await?;
        let answer = success(created).await?;
        Ok(upload_id(
            answer.headers()[header::LOCATION]
                .to_str()
                .expect("an address"),
        ))
    }

    /// The total length that the server announces, and the bytes of a range.
    async fn range(
        &self,
        url: &str,
        (start, end): (u64, u64),
    ) -> Result<(u64, Vec<u8>), ClientError> {
        let sent = self
            .http
            .get(url)
            .header(header::RANGE, format!("bytes={start}-{}", end - 1))
            .send()
            .await?;
        let answer = success(sent).await?;
        let announced = answer
            .headers()
            .get(header::CONTENT_RANGE)
            .and_then(|range| range.to_str().ok()?.rsplit('/').next()?.parse().ok());
        Ok((announced.unwrap_or(0), answer.bytes().await?.to_vec()))
    }

    /// Asks for what is at a path.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        data(
            self.auth(self.http.get(format!("{}{path}", self.base)))
                .send()
                .await?,
        )
        .await
    }

    pub(crate) fn auth(&self, request: RequestBuilder) -> RequestBuilder {
        request.bearer_auth(&self.token)
    }
}

pub(crate) fn connect(url: &str) -> (String, Client) {
    let http = Client::builder()
        .no_proxy()
        .build()
        .expect("a client without TLS is always possible");
    (format!("{url}{}", protocol::BASE_PATH), http)
}

fn upload_id(location: &str) -> UploadId {
    let id = location
        .rsplit('/')
        .next()
        .expect("an address has a last part");
    id.parse().expect("the server names uploads by UUIDs")
}

pub(crate) async fn log_in(
    http: &Client,
    base: &str,
    email: &str,
    hash: &str,
) -> Result<LoginResponse, ClientError> {
    let body = serde_json::json!({ "email": email, "password_hash": hash });
    post(http.post(format!("{base}/auth/login")), &body).await
}

/// Sends JSON and gives the answer's `data`.
pub(crate) async fn post<T: DeserializeOwned>(
    request: RequestBuilder,
    body: &impl Serialize,
) -> Result<T, ClientError> {
    let body = serde_json::to_vec(body).expect("requests are serialisable");
    data(
        request
            .header(header::CONTENT_TYPE, "application/json")
            .body(body)
            .send()
            .await?,
    )
    .await
}

pub(crate) async fn data<T: DeserializeOwned>(answer: Response) -> Result<T, ClientError> {
    let body = success(answer).await?.bytes().await?;
    let envelope: Success<serde_json::Value> =
        serde_json::from_slice(&body).map_err(|_| VaultError::BadAnswer)?;
    serde_json::from_value(envelope.data.unwrap_or_default())
        .map_err(|_| VaultError::BadAnswer.into())
}

async fn success(answer: Response) -> Result<Response, ClientError> {
    let status = answer.status();
    if status.is_success() {
        return Ok(answer);
    }
    let body = answer.bytes().await.unwrap_or_default();
    let code = serde_json::from_slice::<Failure>(&body)
        .ok()
        .map(|failure| failure.error.code);
    Err(ClientError::Server(status, code))
}

/// Milliseconds since 1970.
#[must_use]
pub fn now() -> u64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("the clock is past 1970");
    u64::try_from(since.as_millis()).expect("milliseconds fit for half a billion years")
}
