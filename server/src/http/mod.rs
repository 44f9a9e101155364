//! What every request and answer goes through.

pub(crate) mod answer;
pub(crate) mod client;
pub(crate) mod context;
pub(crate) mod cors;
pub(crate) mod drain;
pub(crate) mod fields;
pub(crate) mod input;
pub(crate) mod memory;
pub(crate) mod method_override;
pub(crate) mod multipart;
pub(crate) mod origin;
