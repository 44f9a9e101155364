//! The Strongroom server. It stores what clients seal, keeps order among it, and can open none
//! of it: it depends on nothing that could.
//!
//! [`config`] reads the options, [`serve()`] runs the server. Inside, `router` has all routes,
//! `routes` one file an operation, `repo` all SQL, `error` all statuses.

mod auth;
mod bare;
mod batch;
mod blobs;
mod clock;
mod commit;
pub mod config;
mod connections;
mod datadir;
mod db;
mod error;
mod feeds;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod http;
mod limits;
mod logging;
mod os;
mod repo;
mod router;
mod routes;
mod secrets;
mod serve;
mod state;
mod uploads;
mod web;

pub use router::openapi_json;
pub use serve::{ServeError, serve};
