//! Handlers, one file an operation: who may, what is asked, what is answered.

pub(crate) mod auth;
pub(crate) mod changes;
pub(crate) mod commits;
pub(crate) mod files;
pub(crate) mod folders;
pub(crate) mod system;
pub(crate) mod uploads;
pub(crate) mod user;
