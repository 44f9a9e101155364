//! Configuration: flags win over the environment, which wins over the TOML file.

pub(crate) mod file;
mod rate;

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use rate::Rate;

/// The command line of `strongroom-server`.
#[derive(Debug, Parser)]
#[command(
    name = "strongroom-server",
    version,
    about = "Strongroom: file storage whose server can open nothing of what it stores",
    after_help = "Every option can also be set in the environment (the name in brackets) or, with \
                  --config, in a TOML file under its own name with underscores (data_dir = \"…\"). \
                  Flags win over the environment, the environment wins over the file.",
    arg_required_else_help = true
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the server until it is told to stop (SIGTERM or Ctrl-C)
    Serve(Box<ServeArgs>),
    /// Print the OpenAPI document and exit
    Openapi,
}

/// The options of `serve`, as given; [`ServeArgs::resolve`] completes them.
#[derive(Debug, Default, Args)]
pub struct ServeArgs {
    /// A TOML file with any of these options
    #[arg(long, env = "STRONGROOM_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where everything is kept; created if it does not exist [default: ./data]
    #[arg(long, env = "STRONGROOM_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Where to listen; port 0 takes a free one [default: 127.0.0.1:8000]
    #[arg(long, env = "STRONGROOM_LISTEN", value_name = "ADDR:PORT")]
    pub listen: Option<SocketAddr>,
    /// The address under which people reach the server, if a proxy stands in front of it,
    /// such as https://files.example.org
    #[arg(long, env = "STRONGROOM_PUBLIC_URL", value_name = "URL", value_parser = public_url)]
    pub public_url: Option<String>,
    /// Proxies whose X-Forwarded-For is believed: addresses, separated by commas
    #[arg(
        long,
        env = "STRONGROOM_TRUSTED_PROXIES",
        value_name = "IP,…",
        value_delimiter = ','
    )]
    pub trusted_proxies: Option<Vec<IpAddr>>,
    /// Origins whose pages may call the API, separated by commas [default: http://localhost:3000]
    #[arg(long, env = "STRONGROOM_CORS_ORIGINS", value_name = "URL,…", value_delimiter = ',', value_parser = origin)]
    pub cors_origins: Option<Vec<String>>,
    /// Which rate limits hold [default: personal]
    #[arg(long, env = "STRONGROOM_RATE_LIMITS", value_name = "PRESET")]
    pub rate_limits: Option<Preset>,
    /// Registrations per address, such as 3/h, or off
    #[arg(long, env = "STRONGROOM_LIMIT_REGISTRATION", value_name = "RATE")]
    pub limit_registration: Option<Rate>,
    /// Sign-ins per address, such as 5/15min, or off
    #[arg(long, env = "STRONGROOM_LIMIT_LOGIN", value_name = "RATE")]
    pub limit_login: Option<Rate>,
    /// Requests per account, such as 1000/min, or off
    #[arg(long, env = "STRONGROOM_LIMIT_GENERAL", value_name = "RATE")]
    pub limit_general: Option<Rate>,
    /// New uploads per account, or off
    #[arg(long, env = "STRONGROOM_LIMIT_UPLOADS", value_name = "RATE")]
    pub limit_uploads: Option<Rate>,
    /// Questions about open uploads and parts of them per account, or off
    #[arg(long, env = "STRONGROOM_LIMIT_PARTS", value_name = "RATE")]
    pub limit_parts: Option<Rate>,
    /// Downloads per account, or off
    #[arg(long, env = "STRONGROOM_LIMIT_DOWNLOADS", value_name = "RATE")]
    pub limit_downloads: Option<Rate>,
    /// Other requests without signing in, per address, or off
    #[arg(long, env = "STRONGROOM_LIMIT_PUBLIC", value_name = "RATE")]
    pub limit_public: Option<Rate>,
    /// Whether sessions remember the address that they were last used from [default: true]
    #[arg(long, env = "STRONGROOM_KEEP_ADDRESSES", value_name = "true|false")]
    pub keep_addresses: Option<bool>,
    /// What a new account may store, in bytes [default: 5368709120]
    #[arg(long, env = "STRONGROOM_QUOTA", value_name = "BYTES")]
    pub quota: Option<u64>,
    /// The largest upload, in bytes [default: what the quota allows]
    #[arg(long, env = "STRONGROOM_MAX_UPLOAD_SIZE", value_name = "BYTES")]
    pub max_upload_size: Option<u64>,
    /// Uploads that nobody goes on with are dropped after this many seconds [default: 86400]
    #[arg(long, env = "STRONGROOM_UPLOAD_EXPIRY", value_name = "SECONDS")]
    pub upload_expiry: Option<u64>,
    /// Seconds between two sweeps of what is left over [default: 60]
    #[arg(long, env = "STRONGROOM_SWEEP_INTERVAL", value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    pub sweep_interval: Option<u64>,
    /// What the names, heads and histories of one account may take in the database, in bytes
    /// [default: 1073741824]
    #[arg(long, env = "STRONGROOM_RECORD_LIMIT", value_name = "BYTES")]
    pub record_limit: Option<u64>,
    /// Uploads that one account may have open at once [default: 4000]
    #[arg(long, env = "STRONGROOM_MAX_OPEN_UPLOADS", value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_open_uploads: Option<u32>,
    /// Bytes of the disk that uploads leave free, for the database [default: 536870912]
    #[arg(long, env = "STRONGROOM_MIN_FREE_SPACE", value_name = "BYTES")]
    pub min_free_space: Option<u64>,
    /// Connections that may be open at once [default: 1024]
    #[arg(long, env = "STRONGROOM_MAX_CONNECTIONS", value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_connections: Option<u32>,
    /// The same from one address (or IPv6 network), trusted proxies excepted [default: 128]
    #[arg(long, env = "STRONGROOM_MAX_CONNECTIONS_PER_ADDRESS", value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_connections_per_address: Option<u32>,
    /// Connections without a request are closed after this many seconds [default: 60]
    #[arg(long, env = "STRONGROOM_IDLE_TIMEOUT", value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub idle_timeout: Option<u64>,
    /// Clients that send or take less than 1 KiB a second for this many seconds are cut off
    /// [default: 30]
    #[arg(long, env = "STRONGROOM_STALL_TIMEOUT", value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub stall_timeout: Option<u64>,
    /// How much is logged: error, warn, info, debug or trace [default: info]
    #[arg(long, env = "STRONGROOM_LOG", value_name = "LEVEL")]
    pub log: Option<tracing::Level>,
}

/// A set of rate limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Preset {
    /// For a household: strict where strangers knock, generous inside
    #[default]
    Personal,
    /// The API documentation's table, to the letter
    Documented,
}

/// The limits in force; `None` means unlimited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Per address.
    pub registration: Option<Rate>,
    /// Per address.
    pub login: Option<Rate>,
    /// Per account.
    pub general: Option<Rate>,
    /// Per account; creating an upload counts as one.
    pub uploads: Option<Rate>,
    /// Per account; issuing a URL counts as one.
    pub downloads: Option<Rate>,
    /// Per address.
    pub public: Option<Rate>,
    /// Per account: parts of uploads, questions about them, and giving them up.
    pub parts: Option<Rate>,
    /// Whether all that concerns uploads also counts as requests of the account.
    pub uploads_in_general: bool,
}

/// Everything that `serve` needs to know.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where everything is kept.
    pub data_dir: PathBuf,
    /// Where to listen.
    pub listen: SocketAddr,
    /// Without a slash at the end.
    pub public_url: Option<String>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Origins whose pages may call the API.
    pub cors_origins: Vec<String>,
    /// The rate limits in force.
    pub limits: Limits,
    /// Whether sessions remember the address that they were last used from.
    pub keep_addresses: bool,
    /// Bytes, for new accounts.
    pub quota: u64,
    /// Bytes.
    pub max_upload_size: Option<u64>,
    /// After which an upload that nobody goes on with is dropped.
    pub upload_expiry: Duration,
    /// Between two sweeps.
    pub sweep_interval: Duration,
    /// Bytes that the records of one account may take in the database.
    pub record_limit: u64,
    /// Of one account.
    pub max_open_uploads: u32,
    /// Bytes of the disk that uploads leave free.
    pub min_free_space: u64,
    /// Open at once.
    pub max_connections: u32,
    /// Open at once from one address.
    pub max_connections_per_address: u32,
    /// After which a connection without a request is closed.
    pub idle_timeout: Duration,
    /// In which a client must send or take 1 KiB for each second.
    pub stall_timeout: Duration,
    /// How much is logged.
    pub log: tracing::Level,
}

/// Why a configuration cannot be used; a sentence for the operator.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub(crate) String);

impl ServeArgs {
    /// Completes the given options from the file and the defaults.
    ///
    /// # Errors
    /// When the file cannot be read or a value in it cannot be used.
    pub fn resolve(self) -> Result<Config, ConfigError> {
        let file = match &self.config {
            Some(path) => file::read(path)?,
            None => ServeArgs::default(),
        };
        let args = self.over(file);
        let preset = Limits::of(args.rate_limits.unwrap_or_default());
        let over = |given: Option<Rate>, preset| given.map_or(preset, Rate::limit);
        Ok(Config {
            data_dir: args.data_dir.unwrap_or_else(|| "./data".into()),
            listen: args
                .listen
                .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8000))),
            public_url: args.public_url,
            trusted_proxies: args.trusted_proxies.unwrap_or_default(),
            cors_origins: args
                .cors_origins
                .unwrap_or_else(|| vec!["http://localhost:3000".to_owned()]),
            limits: Limits {
                registration: over(args.limit_registration, preset.registration),
                login: over(args.limit_login, preset.login),
                general: over(args.limit_general, preset.general),
                uploads: over(args.limit_uploads, preset.uploads),
                parts: over(args.limit_parts, preset.parts),
                downloads: over(args.limit_downloads, preset.downloads),
                public: over(args.limit_public, preset.public),
                ..preset
            },
            keep_addresses: args.keep_addresses.unwrap_or(true),
            quota: args.quota.unwrap_or(5_368_709_120),
            max_upload_size: args.max_upload_size,
            upload_expiry: Duration::from_secs(args.upload_expiry.unwrap_or(86_400)),
            sweep_interval: Duration::from_secs(args.sweep_interval.unwrap_or(60)),
            record_limit: args.record_limit.unwrap_or(1024 * 1024 * 1024),
            max_open_uploads: args.max_open_uploads.unwrap_or(4000),
            min_free_space: args.min_free_space.unwrap_or(512 * 1024 * 1024),
            max_connections: args.max_connections.unwrap_or(1024),
            max_connections_per_address: args.max_connections_per_address.unwrap_or(128),
            idle_timeout: Duration::from_secs(args.idle_timeout.unwrap_or(60)),
            stall_timeout: Duration::from_secs(args.stall_timeout.unwrap_or(30)),
            log: args.log.unwrap_or(tracing::Level::INFO),
        })
    }

    /// These options where given, else the file's.
    fn over(self, file: ServeArgs) -> ServeArgs {
        ServeArgs {
            config: self.config,
            data_dir: self.data_dir.or(file.data_dir),
            listen: self.listen.or(file.listen),
            public_url: self.public_url.or(file.public_url),
            trusted_proxies: self.trusted_proxies.or(file.trusted_proxies),
            cors_origins: self.cors_origins.or(file.cors_origins),
            rate_limits: self.rate_limits.or(file.rate_limits),
            limit_registration: self.limit_registration.or(file.limit_registration),
            limit_login: self.limit_login.or(file.limit_login),
            limit_general: self.limit_general.or(file.limit_general),
            limit_uploads: self.limit_uploads.or(file.limit_uploads),
            limit_parts: self.limit_parts.or(file.limit_parts),
            limit_downloads: self.limit_downloads.or(file.limit_downloads),
            limit_public: self.limit_public.or(file.limit_public),
            keep_addresses: self.keep_addresses.or(file.keep_addresses),
            quota: self.quota.or(file.quota),
            max_upload_size: self.max_upload_size.or(file.max_upload_size),
            upload_expiry: self.upload_expiry.or(file.upload_expiry),
            sweep_interval: self.sweep_interval.or(file.sweep_interval),
            record_limit: self.record_limit.or(file.record_limit),
            max_open_uploads: self.max_open_uploads.or(file.max_open_uploads),
            min_free_space: self.min_free_space.or(file.min_free_space),
            max_connections: self.max_connections.or(file.max_connections),
            max_connections_per_address: self
                .max_connections_per_address
                .or(file.max_connections_per_address),
            idle_timeout: self.idle_timeout.or(file.idle_timeout),
            stall_timeout: self.stall_timeout.or(file.stall_timeout),
            log: self.log.or(file.log),
        }
    }
}

impl Limits {
    fn of(preset: Preset) -> Self {
        let minute = 60;
        let hour = 60 * minute;
        let rate = |count, seconds| Some(Rate::new(count, seconds));
        let common = Self {
            registration: rate(3, hour),
            login: rate(5, 15 * minute),
            general: rate(1000, minute),
            // A folder of many small files is no attack: its files count for themselves, so
            // that everything else goes on working meanwhile.
            uploads: rate(6000, minute),
            downloads: None,
            public: rate(100, minute),
            parts: rate(12_000, minute),
            uploads_in_general: false,
        };
        match preset {
            Preset::Personal => common,
            Preset::Documented => Self {
                general: rate(1000, hour),
                uploads: rate(20, hour),
                downloads: rate(100, hour),
                parts: None,
                uploads_in_general: true,
                ..common
            },
        }
    }
}

/// `http(s)://host[:port][/path]`, the slash at the end cut off.
fn public_url(text: &str) -> Result<String, String> {
    origin(text.trim_end_matches('/')).and_then(|url| {
        if url.contains(['?', '#']) {
            return Err("it may have neither ? nor #".to_owned());
        }
        Ok(url)
    })
}

/// An absolute http or https URL.
fn origin(text: &str) -> Result<String, String> {
    let uri: axum::http::Uri = text.parse().map_err(|_| "it is not a URL".to_owned())?;
    match (uri.scheme_str(), uri.host()) {
        (Some("http" | "https"), Some(_)) => Ok(text.to_owned()),
        _ => Err("it must start with http:// or https:// and name a host".to_owned()),
    }
}

#[cfg(test)]
mod tests;
