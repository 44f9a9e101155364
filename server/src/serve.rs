//! Starting and stopping.

use std::future::Future;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::auth::passwords::Passwords;
use crate::blobs::{BlobStore, sweep};
use crate::config::{Config, ConfigError};
use crate::connections::{Patience, Room};
use crate::datadir::{DataDir, DataDirError};
use crate::db::{Db, DbError};
use crate::feeds::Feeds;
use crate::http::memory::Memory;
use crate::limits::Limiter;
use crate::repo::sessions;
use crate::routes::system::health::LastCheck;
use crate::secrets::Secrets;
use crate::state::AppState;
use crate::uploads::Locks;
use crate::{connections, logging, os, router};

/// How long requests under way may go on after SIGTERM.
const GRACE: Duration = Duration::from_secs(10);
/// And then, how long uploads may take to make durable what has arrived.
const LAST_GRACE: Duration = Duration::from_secs(5);
/// How often every blob is looked at: only a crash or a failing disk leaves one behind.
const THOROUGHLY: Duration = Duration::from_secs(6 * 3600);
/// Files that the server has open for itself: database, logs, blobs that are being swept.
const OWN_FILES: u64 = 128;
/// Raised by the kernel when a file would outgrow the process's limit (Linux, `signal(7)`).
const SIGXFSZ: i32 = 25;

/// Why the server does not run; sentences for the operator.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// An option cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The data directory cannot be used.
    #[error("{0}")]
    DataDir(String),
    /// The database cannot be opened.
    #[error("cannot open the database in {path}: {reason}")]
    Database {
        /// The data directory.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {error}")]
    Listen {
        /// As configured.
        address: SocketAddr,
        /// What the operating system says.
        error: io::Error,
    },
    /// Anything else that the operating system refuses.
    #[error("cannot run: {0}")]
    System(#[from] io::Error),
}

impl From<DataDirError> for ServeError {
    fn from(error: DataDirError) -> Self {
        Self::DataDir(error.to_string())
    }
}

/// Runs the server until SIGTERM or SIGINT.
///
/// # Errors
/// When it cannot start.
pub fn serve(config: Config) -> Result<(), ServeError> {
    logging::start(config.log);
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(run(config))
}

async fn run(config: Config) -> Result<(), ServeError> {
    // With a handler, a write beyond the limit fails like one on a full disk; without, it kills.
    let _file_size = signal(SignalKind::from_raw(SIGXFSZ))?;
    let (terminate, interrupt) = (
        signal(SignalKind::terminate())?,
        signal(SignalKind::interrupt())?,
    );
    let address = config.listen;
    let room = connection_room(&config, os::raise_open_files());
    let patience = Patience {
        idle: config.idle_timeout,
        stall: config.stall_timeout,
    };
    let data_dir = DataDir::open(&config.data_dir)?;
    let listener = TcpListener::bind(address)
        .await
        .map_err(|error| ServeError::Listen { address, error })?;
    let (stop, stopping) = watch::channel(false);
    let (ended, asked) = watch::channel(false);
    let state = open(config, &data_dir, stopping, asked.clone())?;
    if !state.config.keep_addresses {
        let forgotten = state.db.write(sessions::forget_addresses).await;
        forgotten.map_err(|error: DbError| unusable_database(&data_dir, &error))?;
    }

    let sweeper = tokio::spawn(sweep_for_ever(state.clone()));
    let address = listener.local_addr()?;
    let app = router::build(state);
    tokio::spawn(until_told(terminate, interrupt, ended));
    let server = connections::serve(listener, app, room, patience, asked.clone());
    announce(address);
    finish(server, asked, stop).await;
    sweeper.abort();
    tracing::info!("stopped");
    Ok(())
}

/// How many connections there may be: each may need a file beside its own socket.
fn connection_room(config: &Config, open_files: u64) -> Room {
    tracing::info!(open_files, "files and connections that may be open");
    let wanted = config.max_connections as usize;
    let possible = usize::try_from(open_files.saturating_sub(OWN_FILES) / 2).unwrap_or(usize::MAX);
    if possible < wanted {
        tracing::warn!(
            wanted,
            possible,
            "the system's limit of open files (ulimit -n) bounds the connections"
        );
    }
    Room {
        all: wanted.min(possible).max(1),
        each: config.max_connections_per_address as usize,
        proxies: config.trusted_proxies.clone(),
    }
}

fn open(
    config: Config,
    data_dir: &DataDir,
    stopping: watch::Receiver<bool>,
    ending: watch::Receiver<bool>,
) -> Result<AppState, ServeError> {
    let path = data_dir.path().display().to_string();
    let db = Db::open(&data_dir.path().join("strongroom.db"))
        .map_err(|error| unusable_database(data_dir, &error))?;
    let blobs = BlobStore::open(data_dir.path(), config.min_free_space).map_err(|error| {
        ServeError::DataDir(format!("cannot use the data directory {path}: {error}"))
    })?;
    Ok(AppState {
        limiter: Arc::new(Limiter::new(config.limits)),
        config: Arc::new(config),
        db,
        blobs,
        secrets: Arc::new(Secrets::derive(data_dir.secret())),
        passwords: Passwords::new(),
        locks: Locks::default(),
        memory: Memory::new(),
        health: LastCheck::default(),
        feeds: Feeds::default(),
        ending,
        stopping,
    })
}

fn unusable_database(data_dir: &DataDir, error: &DbError) -> ServeError {
    ServeError::Database {
        path: data_dir.path().display().to_string(),
        reason: error.to_string(),
    }
}

/// The one line on standard output; whoever started the server waits for it.
fn announce(address: SocketAddr) {
    tracing::info!(%address, version = env!("CARGO_PKG_VERSION"), "started");
    let mut out = io::stdout().lock();
    // Nobody reading it is no reason to stop.
    let _ = writeln!(out, "Strongroom is listening on http://{address}");
    let _ = out.flush();
}

async fn until_told(
    mut terminate: tokio::signal::unix::Signal,
    mut interrupt: tokio::signal::unix::Signal,
    ended: watch::Sender<bool>,
) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping: finishing what is under way");
    let _ = ended.send(true);
}

/// Waits for the end, but not for ever: first requests may finish, then uploads are told to keep
/// what they have, then the rest is cut off.
async fn finish(
    server: impl Future<Output = ()>,
    mut asked: watch::Receiver<bool>,
    stop: watch::Sender<bool>,
) {
    let deadline = async {
        let _ = asked.wait_for(|asked| *asked).await;
        tokio::time::sleep(GRACE).await;
        let _ = stop.send(true);
        tokio::time::sleep(LAST_GRACE).await;
    };
    tokio::select! {
        () = server => {}
        () = deadline => {
            tracing::warn!("some requests were cut off");
        }
    }
}

async fn sweep_for_ever(state: AppState) {
    let mut interval = tokio::time::interval(state.config.sweep_interval);
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut thorough: Option<Instant> = None;
    loop {
        interval.tick().await;
        let due = thorough.is_none_or(|last| last.elapsed() >= THOROUGHLY);
        match sweep::sweep(&state.db, &state.blobs, &state.locks, due).await {
            Ok(_) if due => thorough = Some(Instant::now()),
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "the sweep failed; the next one tries again"),
        }
    }
}
