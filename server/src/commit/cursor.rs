//! Opaque places in the change feed and in listings.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::{CommitId, NodeId};
use uuid::Uuid;

/// A place in an account's change feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FeedCursor {
    /// Everything up to here has been seen.
    pub(crate) after: u64,
    /// Where the feed stood when reading began: purges before that need no telling.
    pub(crate) began: u64,
    /// The commit at `after`, by which a history is told from another one.
    pub(crate) mark: Mark,
}

/// The beginning of the id of a commit, which is random; zeros where there was none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mark([u8; 8]);

impl Mark {
    pub(crate) fn of(commit: Option<CommitId>) -> Self {
        let mut mark = [0; 8];
        if let Some(commit) = commit {
            mark.copy_from_slice(&commit.as_bytes()[..8]);
        }
        Self(mark)
    }
}

impl FeedCursor {
    pub(crate) fn encode(self) -> String {
        let mut bytes = [0; 24];
        bytes[..8].copy_from_slice(&self.after.to_be_bytes());
        bytes[8..16].copy_from_slice(&self.began.to_be_bytes());
        bytes[16..].copy_from_slice(&self.mark.0);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// `None` when it is not one of ours.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (after, rest) = bytes.split_at_checked(8)?;
        let (began, mark) = rest.split_at_checked(8)?;
        Some(Self {
            after: number(after)?,
            began: number(began)?,
            mark: Mark(mark.try_into().ok()?),
        })
    }
}

/// A place in a listing of a folder's children: it belongs to one head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PageCursor {
    pub(crate) folder: NodeId,
    pub(crate) seq: u64,
    /// The last child that has been listed.
    pub(crate) last: NodeId,
}

impl PageCursor {
    pub(crate) fn encode(self) -> String {
        let mut bytes = Vec::with_capacity(40);
        bytes.extend_from_slice(self.folder.as_bytes());
        bytes.extend_from_slice(&self.seq.to_be_bytes());
        bytes.extend_from_slice(self.last.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// `None` when it is not one of ours.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (folder, rest) = bytes.split_at_checked(16)?;
        let (seq, last) = rest.split_at_checked(8)?;
        Some(Self {
            folder: NodeId(Uuid::from_slice(folder).ok()?),
            seq: number(seq)?,
            last: NodeId(Uuid::from_slice(last).ok()?),
        })
    }
}

fn number(bytes: &[u8]) -> Option<u64> {
    Some(u64::from_be_bytes(bytes.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_come_back_as_they_were() {
        let feed = FeedCursor {
            after: 7,
            began: u64::MAX,
            mark: Mark([9; 8]),
        };
        assert_eq!(FeedCursor::parse(&feed.encode()), Some(feed));
        let id = |n| NodeId(Uuid::from_u128(n));
        let page = PageCursor {
            folder: id(1),
            seq: 2,
            last: id(3),
        };
        assert_eq!(PageCursor::parse(&page.encode()), Some(page));
        for bad in ["", "?", "AAAA", &page.encode()[1..]] {
            assert_eq!(FeedCursor::parse(bad), None, "{bad}");
            assert_eq!(PageCursor::parse(bad), None, "{bad}");
        }
    }
}
