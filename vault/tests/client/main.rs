//! The vault as a client uses it, with an honest shelf in the server's place.
#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod cache;
mod device;
mod feed;
mod find;
mod formats;
mod journey;
mod moves;
mod recovery;
mod shelf;
mod texts;
mod transfers;
mod tree;
mod ways;
