//! The TOML file: the same options under the same names.

use std::path::Path;

use serde::Deserialize;

use super::{ConfigError, Preset, ServeArgs};

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    data_dir: Option<std::path::PathBuf>,
    listen: Option<String>,
    public_url: Option<String>,
    trusted_proxies: Option<Vec<std::net::IpAddr>>,
    cors_origins: Option<Vec<String>>,
    rate_limits: Option<Preset>,
    limit_registration: Option<String>,
    limit_login: Option<String>,
    limit_general: Option<String>,
    limit_uploads: Option<String>,
    limit_parts: Option<String>,
    limit_downloads: Option<String>,
    limit_public: Option<String>,
    keep_addresses: Option<bool>,
    quota: Option<u64>,
    max_upload_size: Option<u64>,
    upload_expiry: Option<u64>,
    sweep_interval: Option<u64>,
    record_limit: Option<u64>,
    max_open_uploads: Option<u32>,
    min_free_space: Option<u64>,
    max_connections: Option<u32>,
    max_connections_per_address: Option<u32>,
    idle_timeout: Option<u64>,
    stall_timeout: Option<u64>,
    log: Option<String>,
}

/// Reads a file. Values are checked by the same rules as flags.
pub(super) fn read(path: &Path) -> Result<ServeArgs, ConfigError> {
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| ConfigError(format!("cannot read the configuration {shown}: {error}")))?;
    parse(&text, &shown.to_string())
}

/// The options in a file's text; `shown` is what errors call the file.
pub(crate) fn parse(text: &str, shown: &str) -> Result<ServeArgs, ConfigError> {
    let file: File = toml::from_str(text).map_err(|error| {
        ConfigError(format!(
            "cannot use the configuration {shown}: {}",
            error.to_string().trim_end()
        ))
    })?;
    let parse = Parse {
        shown: shown.to_owned(),
    };
    let counts = [
        ("sweep_interval", file.sweep_interval),
        ("max_open_uploads", file.max_open_uploads.map(u64::from)),
        ("max_connections", file.max_connections.map(u64::from)),
        (
            "max_connections_per_address",
            file.max_connections_per_address.map(u64::from),
        ),
    ];
    if let Some((name, _)) = counts.iter().find(|(_, count)| *count == Some(0)) {
        return Err(parse.refuse(name, "0", "it must be at least 1"));
    }
    let times = [
        ("idle_timeout", file.idle_timeout),
        ("stall_timeout", file.stall_timeout),
    ];
    for (name, seconds) in times {
        if let Some(seconds) = seconds.filter(|seconds| !(1..=86_400).contains(seconds)) {
            let why = "it must be 1 to 86400";
            return Err(parse.refuse(name, &seconds.to_string(), why));
        }
    }
    Ok(ServeArgs {
        config: None,
        data_dir: file.data_dir,
        listen: parse.text("listen", file.listen, |text| {
            text.parse()
                .map_err(|_| "write it like 127.0.0.1:8000".to_owned())
        })?,
        public_url: parse.text("public_url", file.public_url, super::public_url)?,
        trusted_proxies: file.trusted_proxies,
        cors_origins: file
            .cors_origins
            .map(|urls| {
                urls.into_iter()
                    .map(|url| {
                        super::origin(&url).map_err(|why| parse.refuse("cors_origins", &url, &why))
                    })
                    .collect()
            })
            .transpose()?,
        rate_limits: file.rate_limits,
        limit_registration: parse.text(
            "limit_registration",
            file.limit_registration,
            str::parse,
        )?,
        limit_login: parse.text("limit_login", file.limit_login, str::parse)?,
        limit_general: parse.text("limit_general", file.limit_general, str::parse)?,
        limit_uploads: parse.text("limit_uploads", file.limit_uploads, str::parse)?,
        limit_parts: parse.text("limit_parts", file.limit_parts, str::parse)?,
        limit_downloads: parse.text("limit_downloads", file.limit_downloads, str::parse)?,
        limit_public: parse.text("limit_public", file.limit_public, str::parse)?,
        keep_addresses: file.keep_addresses,
        quota: file.quota,
        max_upload_size: file.max_upload_size,
        upload_expiry: file.upload_expiry,
        sweep_interval: file.sweep_interval,
        record_limit: file.record_limit,
        max_open_uploads: file.max_open_uploads,
        min_free_space: file.min_free_space,
        max_connections: file.max_connections,
        max_connections_per_address: file.max_connections_per_address,
        idle_timeout: file.idle_timeout,
        stall_timeout: file.stall_timeout,
        log: parse.text("log", file.log, |text| {
            text.parse()
                .map_err(|_| "use error, warn, info, debug or trace".to_owned())
        })?,
    })
}

struct Parse {
    shown: String,
}

impl Parse {
    fn text<T>(
        &self,
        option: &str,
        value: Option<String>,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Option<T>, ConfigError> {
        value
            .map(|value| parse(&value).map_err(|why| self.refuse(option, &value, &why)))
            .transpose()
    }

    fn refuse(&self, option: &str, value: &str, why: &str) -> ConfigError {
        ConfigError(format!(
            "cannot use {option} = {value:?} in {}: {why}",
            self.shown
        ))
    }
}
