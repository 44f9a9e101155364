//! A client that speaks plain HTTP: what it sends is sent as it is, what comes back is shown as
//! it is. For tests of the contract; the real client is in [`crate::device`].

use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

/// The body's type in uploads.
pub const OFFSET: &str = "application/offset+octet-stream";

/// Sends requests to one server, with one access token or none. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    url: String,
    token: Option<String>,
}

/// A request that is yet to be sent.
pub struct Request {
    inner: reqwest::RequestBuilder,
}

/// What a server answered.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// All headers.
    pub headers: HeaderMap,
    /// The body's bytes.
    pub body: Vec<u8>,
}

impl Client {
    /// A client of the server at such an address (`http://127.0.0.1:41234`).
    #[must_use]
    pub fn new(url: &str) -> Self {
        Self {
            http: reqwest::Client::new(),
            url: url.to_owned(),
            token: None,
        }
    }

    /// The same with an access token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..self.clone()
        }
    }

    /// The same without a token.
    #[must_use]
    pub fn without_token(&self) -> Self {
        Self {
            token: None,
            ..self.clone()
        }
    }

    /// The access token.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// The server's address.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A request to a path below `/api/v1`, or to a whole URL.
    #[must_use]
    pub fn request(&self, method: Method, path: &str) -> Request {
        let url = if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}/api/v1{path}", self.url)
        };
        let inner = self.http.request(method, url);
        let inner = match &self.token {
            Some(token) => inner.bearer_auth(token),
            None => inner,
        };
        Request { inner }
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.request(Method::GET, path).send().await
    }

    /// HEAD.
    pub async fn head(&self, path: &str) -> Answer {
        self.request(Method::HEAD, path).send().await
    }

    /// DELETE.
    pub async fn delete(&self, path: &str) -> Answer {
        self.request(Method::DELETE, path).send().await
    }

    /// POST with a JSON body.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.request(Method::POST, path).json(body).send().await
    }

    /// PUT with a JSON body.
    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.request(Method::PUT, path).json(body).send().await
    }

    /// PATCH with a JSON body.
    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.request(Method::PATCH, path).json(body).send().await
    }

    /// Starts an upload of such a length, with its first bytes if there are any.
    pub async fn create_upload(&self, length: u64, first: &[u8]) -> Answer {
        let request = self
            .request(Method::POST, "/uploads")
            .header("tus-resumable", "1.0.0")
            .header("upload-length", length.to_string());
        if first.is_empty() {
            request.send().await
        } else {
            request
                .header("content-type", OFFSET)
                .body(first.to_vec())
                .send()
                .await
        }
    }

    /// Goes on with an upload.
    pub async fn append(&self, id: &str, offset: u64, data: &[u8]) -> Answer {
        self.request(Method::PATCH, &format!("/uploads/{id}"))
            .header("tus-resumable", "1.0.0")
            .header("upload-offset", offset.to_string())
            .header("content-type", OFFSET)
            .body(data.to_vec())
            .send()
            .await
    }

    /// Asks where an upload stands; `None` when there is no such upload.
    pub async fn upload_offset(&self, id: &str) -> Option<u64> {
        let answer = self
            .request(Method::HEAD, &format!("/uploads/{id}"))
            .header("tus-resumable", "1.0.0")
            .send()
            .await;
        match answer.status {
            200 => Some(answer.header("upload-offset").parse().expect("a number")),
            404 => None,
            _ => panic!("{answer:?}"),
        }
    }

    /// Uploads bytes and answers the upload's id.
    pub async fn upload(&self, data: &[u8]) -> String {
        let answer = self.create_upload(data.len() as u64, data).await;
        answer.expect(201);
        answer.upload_id()
    }
}

impl Request {
    /// Adds a header.
    #[must_use]
    pub fn header(self, name: &str, value: impl AsRef<str>) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a header's name");
        let value = HeaderValue::from_str(value.as_ref()).expect("a header's value");
        Self {
            inner: self.inner.header(name, value),
        }
    }

    /// Sets the body.
    #[must_use]
    pub fn body(self, body: impl Into<reqwest::Body>) -> Self {
        Self {
            inner: self.inner.body(body),
        }
    }

    /// Sets a JSON body.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json")
            .body(body.to_string())
    }

    /// Sends it.
    pub async fn send(self) -> Answer {
        self.try_send().await.expect("the server answers")
    }

    /// Sends it to a server that may be going away.
    ///
    /// # Errors
    /// When no whole answer came back.
    pub async fn try_send(self) -> Result<Answer, reqwest::Error> {
        let response = self.inner.send().await?;
        Ok(Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response.bytes().await?.to_vec(),
        })
    }
}

impl Answer {
    /// The body as JSON.
    ///
    /// # Panics
    /// If it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Checks the status.
    ///
    /// # Panics
    /// If it is another one.
    #[track_caller]
    pub fn expect(&self, status: u16) -> &Self {
        assert_eq!(
            self.status,
            status,
            "{}",
            String::from_utf8_lossy(&self.body)
        );
        self
    }

    /// The data of a success.
    ///
    /// # Panics
    /// If it is none.
    #[track_caller]
    #[must_use]
    pub fn data(&self) -> Value {
        let json = self.json();
        assert_eq!(json["success"], true, "{json}");
        json["data"].clone()
    }

    /// The details of an error with such a status and code.
    ///
    /// # Panics
    /// If it is a success or another error.
    #[track_caller]
    pub fn error(&self, status: u16, code: &str) -> Value {
        self.expect(status);
        let json = self.json();
        assert_eq!(json["success"], false, "{json}");
        assert_eq!(json["error"]["code"], code, "{json}");
        assert!(json["error"]["message"].is_string(), "{json}");
        assert!(json["error"]["details"].is_object(), "{json}");
        json["error"]["details"].clone()
    }

    /// A header, or nothing.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("headers are ASCII"))
    }

    /// The id of the upload that was created.
    #[must_use]
    pub fn upload_id(&self) -> String {
        let location = self.header("location");
        location.rsplit('/').next().unwrap_or_default().to_owned()
    }
}
