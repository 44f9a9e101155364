//! Transfers: what to seal and send, what to fetch and check.
//!
//! The bytes themselves pass by the vault: it hands out the keys of one version's content
//! and the hashes to compare with, and takes the segment hashes of what was sealed.

mod copy;
mod download;
mod resume;
mod thumbnail;
mod upload;
mod versions;

pub use self::{
    download::DownloadPlan, thumbnail::MAX_THUMBNAIL, upload::UploadPlan, versions::VersionView,
};
