//! `/changes`.

pub(crate) mod list;
