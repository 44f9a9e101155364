use thiserror::Error;

/// Why sealed bytes were not opened.
///
/// Which check failed is for the person in front of the screen; no request may depend on
/// it beyond stopping.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum OpenError {
    /// The commitment does not match: another key, another context, or a changed header.
    #[error("sealed for another place or with another key")]
    DoesNotBelongHere,
    /// An authentication tag, a hash or a signature does not match.
    #[error("altered")]
    Altered,
    /// It ends too early.
    #[error("truncated")]
    Truncated,
    /// It goes on after its end.
    #[error("data after the end")]
    TrailingData,
    /// It opened, but its record is of a version that this release does not know.
    #[error("unsupported version")]
    UnsupportedVersion,
    /// It opened, but it is not a record of the expected form.
    #[error("malformed record")]
    Malformed,
}
