//! The wire types of Strongroom's HTTP API: requests, responses, error codes
//! and ids. No logic lives here; the server, the vault and the tests share it.
//!
//! Binary fields are [`Base64`]; times are RFC 3339 strings in UTC; sizes are
//! bytes. Absent optional fields are written as `null`.

mod account;
mod bytes;
mod commit;
mod envelope;
mod file;
mod folder;
mod ids;
mod recovery;
mod session;
mod system;

pub use account::*;
pub use bytes::*;
pub use commit::*;
pub use envelope::*;
pub use file::*;
pub use folder::*;
pub use ids::*;
pub use recovery::*;
pub use session::*;
pub use system::*;

/// The only version of the sealed formats that this release writes and reads.
pub const FORMAT: u32 = 1;

/// The path under which every endpoint lives.
pub const BASE_PATH: &str = "/api/v1";
