//! What the operating system allows the process.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Raises the number of files and connections that may be open to what the system allows, and
/// answers it.
pub(crate) fn raise_open_files() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    let highest = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    let reached = match setrlimit(Resource::Nofile, highest) {
        Ok(()) => highest.current,
        Err(error) => {
            tracing::warn!(%error, "the limit of open files could not be raised");
            limit.current
        }
    };
    reached.unwrap_or(u64::MAX)
}

/// Whether the system limits how large a file may become: writing beyond that fails.
pub(crate) fn file_size_is_limited() -> bool {
    getrlimit(Resource::Fsize).current.is_some()
}
