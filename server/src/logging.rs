//! Logs: to standard error, for people on a terminal, as JSON otherwise.

use std::io::{self, IsTerminal};

use tracing_subscriber::fmt;

/// Starts logging. Requests are logged at `info`.
pub(crate) fn start(level: tracing::Level) {
    let builder = fmt()
        .with_max_level(level)
        .with_writer(io::stderr)
        .with_target(false)
        // Standard error may be a file on the disk that is full.
        .log_internal_errors(false);
    if io::stderr().is_terminal() {
        builder.compact().init();
    } else {
        builder
            .json()
            .flatten_event(true)
            .with_current_span(true)
            .with_span_list(false)
            .init();
    }
}
