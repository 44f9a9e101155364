//! The contract of the HTTP API, tested from outside against the real server process.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod accounts;
mod bare_crowd;
mod bare_listings;
mod bare_tree;
mod bare_uploads;
mod batches;
mod changes;
mod commits;
mod crash;
mod enumeration;
mod envelope;
mod files;
mod health;
mod interleavings;
mod isolation;
mod keys;
mod large;
mod limits;
mod listings;
mod moves;
mod pages;
mod process;
mod project;
mod quota;
mod recovery;
mod sessions;
mod slow;
mod stolen;
mod tus;
mod upgrade;
mod uploads;
mod versions;
mod waiting;
mod web;
mod whole;

use harness::TestApp;
use harness::app::Builder;
use harness::client::Client;

/// A server without rate limits, yet to start.
fn unlimited() -> Builder {
    [
        "REGISTRATION",
        "LOGIN",
        "GENERAL",
        "UPLOADS",
        "PARTS",
        "DOWNLOADS",
        "PUBLIC",
    ]
    .iter()
    .fold(TestApp::builder(), |builder, name| {
        builder.env(&format!("STRONGROOM_LIMIT_{name}"), "off")
    })
}

/// A running server without rate limits, and a client of it.
async fn start() -> (TestApp, Client) {
    let app = unlimited().start().await;
    let client = Client::new(app.url());
    (app, client)
}
