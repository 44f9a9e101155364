//! What the tests share: a real server process, clients, a tampering proxy.

pub mod device;
pub mod proxy;
