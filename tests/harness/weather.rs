//! A network between devices and the real server on which requests and answers are lost, come
//! twice, or come late. It adds nothing and changes nothing.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::{Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode},
    response::{IntoResponse as _, Response},
};
use protocol::CommitId;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use serde_json::Value;

use crate::relay::{Answer, Served, Upstream};

/// The largest body that a test sends.
const MAX_BODY: usize = 1 << 24;

/// A request as it left a device.
#[derive(Clone)]
struct Letter {
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Bytes,
}

struct Shared {
    rng: StdRng,
    stormy: bool,
    /// Requests that their senders believe lost, and second copies of others.
    late: Vec<Letter>,
    /// Commits in the order in which the server accepted them, since they were last asked for.
    accepted: Vec<CommitId>,
    /// The answer that each accepted commit got first.
    answers: HashMap<CommitId, Value>,
    counts: Counts,
    /// What the server should not have answered.
    wrong: Option<String>,
}

/// What became of requests.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// Never arrived.
    pub lost: u64,
    /// Arrived after their sender had given them up, or a second time at some later moment.
    pub late: u64,
    /// Arrived, and the answer did not.
    pub unanswered: u64,
    /// Arrived twice, one after the other.
    pub doubled: u64,
    /// Commits that were repeated after the server had accepted them.
    pub repeated: u64,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.lost += other.lost;
        self.late += other.late;
        self.unanswered += other.unanswered;
        self.doubled += other.doubled;
        self.repeated += other.repeated;
    }
}

/// A running network; it stops when dropped. A device to which no answer comes gets a 504, as
/// from a gateway, and does not know what has happened.
pub struct Weather {
    served: Served,
    state: Network,
}

#[derive(Clone)]
struct Network {
    upstream: Upstream,
    shared: Arc<Mutex<Shared>>,
    /// One request at a time, so that the same seed gives the same story.
    turn: Arc<tokio::sync::Mutex<()>>,
}

impl Weather {
    /// Starts calm, in front of `upstream`, such as `http://127.0.0.1:8000`.
    pub async fn start(upstream: &str, seed: u64) -> Self {
        let state = Network {
            upstream: Upstream::new(upstream),
            shared: Arc::new(Mutex::new(Shared {
                rng: StdRng::seed_from_u64(seed),
                stormy: false,
                late: Vec::new(),
                accepted: Vec::new(),
                answers: HashMap::new(),
                counts: Counts::default(),
                wrong: None,
            })),
            turn: Arc::default(),
        };
        let app = Router::new().fallback(receive).with_state(state.clone());
        let served = Served::start(app).await;
        Self { served, state }
    }

    /// Where devices connect.
    #[must_use]
    pub fn url(&self) -> String {
        self.served.url()
    }

    /// From now on requests get lost, or not.
    pub fn set_stormy(&self, stormy: bool) {
        self.state.lock().stormy = stormy;
    }

    /// Everything that is late arrives now.
    pub async fn deliver_late(&self) {
        let _turn = self.state.turn.lock().await;
        loop {
            let Some(letter) = self.state.lock().late.pop() else {
                return;
            };
            self.state.deliver_late(letter).await;
        }
    }

    /// The commits that the server accepted since the last call, in its order.
    ///
    /// # Panics
    /// If it repeated a commit with another answer than the first, or answered with a 500.
    #[must_use]
    pub fn take_accepted(&self) -> Vec<CommitId> {
        let mut shared = self.state.lock();
        let accepted = std::mem::take(&mut shared.accepted);
        let wrong = shared.wrong.take();
        drop(shared);
        assert_eq!(wrong, None);
        accepted
    }

    /// What became of requests so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.state.lock().counts
    }
}

impl Network {
    fn lock(&self) -> std::sync::MutexGuard<'_, Shared> {
        self.shared
            .lock()
            .expect("no test panics while it holds the lock")
    }

    /// Takes a letter to the server, and notes which commits that accepts; `None` if it is not
    /// there.
    async fn deliver(&self, letter: &Letter) -> Option<Answer> {
        let (method, headers) = (letter.method.clone(), letter.headers.clone());
        let answer = self
            .upstream
            .ask(method, &letter.path, headers, letter.body.clone());
        let answer = answer.await.ok()?;
        if letter.path.ends_with("/commits") && answer.status.is_success() {
            let parse = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).expect("it is JSON");
            let id = parse(&letter.body)["id"].as_str().map(str::parse);
            let id = id.expect("a commit has an id").expect("it is a UUID");
            let told = parse(&answer.body)["data"].take();
            let mut shared = self.lock();
            match shared.answers.get(&id).cloned() {
                None => {
                    shared.accepted.push(id);
                    shared.answers.insert(id, told);
                }
                Some(first) => {
                    shared.counts.repeated += 1;
                    if told != first {
                        shared.wrong = Some(format!("{id}: {told} after {first}"));
                    }
                }
            }
        }
        Some(answer)
    }

    /// As [`Network::deliver`]; nobody waits for the answer any more.
    async fn deliver_late(&self, letter: Letter) {
        match self.deliver(&letter).await {
            Some(answer) => {
                let mut shared = self.lock();
                shared.counts.late += 1;
                if answer.status.is_server_error() {
                    shared.wrong = Some(format!("{}: {}", letter.path, answer.status));
                }
            }
            None => self.lock().late.push(letter),
        }
    }

    /// A letter that is late by now and arrives before the next one.
    fn overtaken(&self) -> Option<Letter> {
        let mut shared = self.lock();
        let count = shared.late.len();
        if count == 0 || !shared.stormy || shared.rng.random_range(0..4) > 0 {
            return None;
        }
        let which = shared.rng.random_range(0..count);
        Some(shared.late.swap_remove(which))
    }

    fn fate(&self, letter: &Letter) -> Fate {
        let mut shared = self.lock();
        if !shared.stormy {
            return Fate::Delivered;
        }
        let draw = shared.rng.random_range(0..100);
        // What only asks is as good as the answer.
        if letter.method == Method::GET {
            return if draw < 5 {
                Fate::Lost
            } else {
                Fate::Delivered
            };
        }
        match draw {
            0..8 => Fate::Lost,
            8..18 => Fate::Late,
            18..32 => Fate::Unanswered,
            32..42 => Fate::Doubled,
            42..50 => Fate::Copied,
            _ => Fate::Delivered,
        }
    }
}

#[derive(Clone, Copy)]
enum Fate {
    Delivered,
    /// It never arrives.
    Lost,
    /// It arrives when its sender believes that it was lost.
    Late,
    /// It arrives, the answer does not.
    Unanswered,
    /// It arrives twice at once.
    Doubled,
    /// It arrives, and again at some later moment.
    Copied,
}

async fn receive(State(network): State<Network>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, MAX_BODY)
        .await
        .expect("tests send whole bodies");
    let letter = Letter {
        method: parts.method,
        path: parts.uri.to_string(),
        headers: parts.headers,
        body,
    };
    let _turn = network.turn.lock().await;
    while let Some(late) = network.overtaken() {
        network.deliver_late(late).await;
    }
    let answer = match network.fate(&letter) {
        Fate::Delivered => network.deliver(&letter).await,
        Fate::Lost => {
            network.lock().counts.lost += 1;
            None
        }
        Fate::Late => {
            network.lock().late.push(letter);
            None
        }
        Fate::Unanswered => {
            network.deliver(&letter).await;
            network.lock().counts.unanswered += 1;
            None
        }
        Fate::Doubled => {
            network.deliver(&letter).await;
            network.lock().counts.doubled += 1;
            network.deliver(&letter).await
        }
        Fate::Copied => {
            let answer = network.deliver(&letter).await;
            network.lock().late.push(letter);
            answer
        }
    };
    match answer {
        Some(answer) => answer.into(),
        None => StatusCode::GATEWAY_TIMEOUT.into_response(),
    }
}
