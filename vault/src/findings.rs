//! What the server got wrong.

use crypto_core::OpenError;
use protocol::NodeId;
use serde::Serialize;

/// The kinds of wrong. A finding quarantines what it concerns; the rest works on, and
/// nothing local is deleted because of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FindingKind {
    /// Something is there that nobody who may write has put there.
    Injected,
    /// Something that belongs here was left out. It is not deleted.
    Missing,
    /// An older state than one already seen.
    RolledBack,
    /// Another history than the one already seen.
    Forked,
    /// Sealed for another place.
    DoesNotBelongHere,
    /// Ends too early.
    Truncated,
    /// Goes on after its end.
    TrailingData,
    /// Changed.
    Altered,
    /// Signed by somebody who may not write here.
    NotAnAllowedWriter,
    /// Of a version that this release does not know.
    UnsupportedVersion,
}

impl FindingKind {
    /// The code under which programs and translations know it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Injected => "injected",
            Self::Missing => "missing",
            Self::RolledBack => "rolled-back",
            Self::Forked => "forked",
            Self::DoesNotBelongHere => "does-not-belong-here",
            Self::Truncated => "truncated",
            Self::TrailingData => "trailing-data",
            Self::Altered => "altered",
            Self::NotAnAllowedWriter => "not-an-allowed-writer",
            Self::UnsupportedVersion => "unsupported-version",
        }
    }
}

impl From<OpenError> for FindingKind {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::DoesNotBelongHere => Self::DoesNotBelongHere,
            OpenError::Altered | OpenError::Malformed => Self::Altered,
            OpenError::Truncated => Self::Truncated,
            OpenError::TrailingData => Self::TrailingData,
            OpenError::UnsupportedVersion => Self::UnsupportedVersion,
        }
    }
}

/// One thing that the server got wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What is wrong.
    pub kind: FindingKind,
    /// The folder that it was found in.
    pub folder: Option<NodeId>,
    /// The file or folder concerned; `None` when the whole folder is.
    pub node: Option<NodeId>,
    /// Its last name that this device knows.
    pub name: Option<String>,
    /// How many entries are concerned, at least 1.
    pub count: u64,
}
