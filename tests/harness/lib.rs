//! What the tests share: a real server process, clients, a tampering proxy.

pub mod account;
pub mod app;
pub mod canary;
pub mod client;
pub mod device;
mod folders;
pub mod form;
pub mod proxy;
mod relay;
mod ways;
pub mod weather;

pub use app::TestApp;
