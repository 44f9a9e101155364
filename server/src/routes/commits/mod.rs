//! `/commits`.

pub(crate) mod create;
