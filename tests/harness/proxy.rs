//! A proxy in front of the real server that records everything and lies on request.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::to_bytes,
    extract::{Request, State},
    http::HeaderMap,
    response::Response,
};

pub use crate::relay::Answer;
use crate::relay::{Served, Upstream};

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
    served: Served,
    shared: Arc<Mutex<Shared>>,
}

impl Proxy {
    /// Starts in front of `upstream`, such as `http://127.0.0.1:8000`.
    pub async fn start(upstream: &str) -> Self {
        let shared = Arc::new(Mutex::new(Shared::default()));
        let state = (Upstream::new(upstream), shared.clone());
        let app = Router::new().fallback(forward).with_state(state);
        let served = Served::start(app).await;
        Self { served, shared }
    }

    /// Where clients connect.
    #[must_use]
    pub fn url(&self) -> String {
        self.served.url()
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

type ProxyState = (Upstream, Arc<Mutex<Shared>>);

async fn forward(State((upstream, shared)): State<ProxyState>, request: Request) -> Response {
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
    let (path, headers) = (parts.uri.to_string(), parts.headers.clone());
    let answer = upstream.ask(parts.method, &path, headers, body);
    let mut answer = answer.await.expect("the server is there and answers whole");
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
    answer.into()
}
