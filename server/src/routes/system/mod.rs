//! The server itself.

pub(crate) mod health;
