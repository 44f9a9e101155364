//! A proxy in front of the real server that records everything and lies on request.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use serde_json::Value;

/// The largest body that a test sends.
const MAX_BODY: usize = 1 << 30;

/// What the client asked for, as the proxy saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The method.
    pub method: String,
    /// The path without its query.
    pub path: String,
    /// The query, empty if there is none.
    pub query: String,
    /// The body.
    pub body: Vec<u8>,
}

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

type Lie = Box<dyn Fn(&Asked, &mut Answer) + Send>;

/// Everything that went through, in order.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The request.
    pub asked: Asked,
    /// The request's headers.
    pub headers: HeaderMap,
    /// The answer as the client got it.
    pub answer: Answer,
}

#[derive(Default)]
struct Shared {
    lie: Option<Lie>,
    log: Vec<Exchange>,
}

/// A running proxy; it stops when dropped.
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Mutex<Shared>>,
    task: tokio::task::JoinHandle<()>,
}

impl Proxy {
    /// Starts in front of `upstream`, such as `http://127.0.0.1:8000`.
    pub async fn start(upstream: &str) -> Self {
        let shared = Arc::new(Mutex::new(Shared::default()));
        let client = reqwest::Client::builder()
            .no_proxy()
            .build()
            .expect("a client without TLS is always possible");
        let state = (upstream.to_owned(), client, shared.clone());
        let app = Router::new().fallback(forward).with_state(state);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port");
        let address = listener
            .local_addr()
            .expect("a bound socket has an address");
        let task = tokio::spawn(async move {
            axum::serve(listener, app)
                .await
                .expect("the proxy serves until it is dropped");
        });
        Self {
            address,
            shared,
            task,
        }
    }

    /// Where clients connect.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on `lie` sees, and may change, every answer.
    pub fn lie(&self, lie: impl Fn(&Asked, &mut Answer) + Send + 'static) {
        self.lock().lie = Some(Box::new(lie));
    }

    /// From now on every answer is the server's own.
    pub fn be_honest(&self) {
        self.lock().lie = None;
    }

    /// Everything since the last call.
    pub fn take_log(&self) -> Vec<Exchange> {
        std::mem::take(&mut self.lock().log)
    }

    /// Everything since the last [`Self::take_log`], which stays.
    #[must_use]
    pub fn peek_log(&self) -> Vec<Exchange> {
        self.lock().log.clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Shared> {
        self.shared
            .lock()
            .expect("no test panics while it holds the lock")
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

type ProxyState = (String, reqwest::Client, Arc<Mutex<Shared>>);

async fn forward(
    State((upstream, client, shared)): State<ProxyState>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, MAX_BODY)
        .await
        .expect("tests send whole bodies");
    let asked = Asked {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        body: body.to_vec(),
    };
    // The Host header goes along, so that the server's absolute addresses lead back here.
    let sent = client
        .request(parts.method, format!("{upstream}{}", parts.uri))
        .headers(parts.headers.clone())
        .body(body)
        .send()
        .await
        .expect("the server is there");
    let (status, mut headers) = (sent.status(), sent.headers().clone());
    headers.remove(header::TRANSFER_ENCODING);
    let body = sent
        .bytes()
        .await
        .expect("the server answers whole")
        .to_vec();
    let mut answer = Answer {
        status,
        headers,
        body,
    };
    {
        let mut shared = shared
            .lock()
            .expect("no test panics while it holds the lock");
        if let Some(lie) = &shared.lie {
            lie(&asked, &mut answer);
        }
        shared.log.push(Exchange {
            asked,
            headers: parts.headers,
            answer: answer.clone(),
        });
    }
    if answer.headers.contains_key(header::CONTENT_LENGTH) {
        answer
            .headers
            .insert(header::CONTENT_LENGTH, answer.body.len().into());
    }
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    response
}
