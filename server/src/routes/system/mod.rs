//! The server itself.

pub(crate) mod health;
pub(crate) mod stats;
