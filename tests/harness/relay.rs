//! What stands between a client and the real server: serving, asking on, passing an answer back.

use std::net::SocketAddr;

use axum::{
    Router,
    body::{Body, Bytes},
    http::{HeaderMap, Method, StatusCode, header},
    response::Response,
};
use serde_json::Value;

/// The server's answer, for a lie to change.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers; the length is set anew.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// Changes the `data` of an answer in the envelope.
    ///
    /// # Panics
    /// If it is not one.
    pub fn edit(&mut self, change: impl FnOnce(&mut Value)) {
        let mut envelope: Value = serde_json::from_slice(&self.body).expect("the answer is JSON");
        change(envelope.get_mut("data").expect("the answer has data"));
        self.body = serde_json::to_vec(&envelope).expect("a JSON value is serialised");
    }
}

impl From<Answer> for Response {
    fn from(mut answer: Answer) -> Self {
        if answer.headers.contains_key(header::CONTENT_LENGTH) {
            let length = answer.body.len().into();
            answer.headers.insert(header::CONTENT_LENGTH, length);
        }
        let mut response = Response::new(Body::from(answer.body));
        *response.status_mut() = answer.status;
        *response.headers_mut() = answer.headers;
        response
    }
}

/// The real server, such as `http://127.0.0.1:8000`.
#[derive(Clone)]
pub(crate) struct Upstream {
    url: String,
    client: reqwest::Client,
}

impl Upstream {
    pub(crate) fn new(url: &str) -> Self {
        let client = reqwest::Client::builder().no_proxy().build();
        Self {
            url: url.to_owned(),
            client: client.expect("a client without TLS is always possible"),
        }
    }

    /// Passes a request on. The Host header goes along, so that the server's absolute addresses
    /// lead back to whoever asks.
    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        headers: HeaderMap,
        body: Bytes,
    ) -> reqwest::Result<Answer> {
        let request = self.client.request(method, format!("{}{path}", self.url));
        let sent = request.headers(headers).body(body).send().await?;
        let (status, mut headers) = (sent.status(), sent.headers().clone());
        headers.remove(header::TRANSFER_ENCODING);
        Ok(Answer {
            status,
            headers,
            body: sent.bytes().await?.to_vec(),
        })
    }
}

/// An app that is served on a free port until this is dropped.
pub(crate) struct Served {
    address: SocketAddr,
    task: tokio::task::JoinHandle<()>,
}

impl Served {
    pub(crate) async fn start(app: Router) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a free port");
        let address = listener.local_addr().expect("a bound socket has one");
        let task = tokio::spawn(async move {
            let served = axum::serve(listener, app).await;
            served.expect("it serves until it is dropped");
        });
        Self { address, task }
    }

    /// Where clients connect.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.task.abort();
    }
}
