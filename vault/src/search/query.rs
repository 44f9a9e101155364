//! What is asked of the index, and what it answers.

use std::ops::RangeInclusive;

use protocol::NodeId;
use serde::Serialize;

use super::kind::FileKind;

/// What is looked for. Everything that is set must be met; the default finds everything that
/// is not in the trash.
pub struct Query<'a> {
    /// Words of which each must be found: anywhere in the name, tags, category or
    /// description, or as the beginning of a word in the text.
    pub text: &'a str,
    /// Of one of these kinds; all if empty.
    pub kinds: &'a [FileKind],
    /// With each of these tags.
    pub tags: &'a [&'a str],
    /// Changed between these times, in milliseconds since 1970.
    pub modified: RangeInclusive<u64>,
    /// Starred entries only.
    pub starred: bool,
    /// In the trash, instead of not in the trash.
    pub trashed: bool,
    /// In one of the folders for which this says so.
    pub within: Option<&'a dyn Fn(NodeId) -> bool>,
    /// How many results are wanted.
    pub limit: usize,
}

impl Default for Query<'_> {
    fn default() -> Self {
        Self {
            text: "",
            kinds: &[],
            tags: &[],
            modified: 0..=u64::MAX,
            starred: false,
            trashed: false,
            within: None,
            limit: 100,
        }
    }
}

/// Where a word was found, the best place first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// At the beginning of the name.
    NameStart,
    /// At the beginning of a word in the name.
    NameWord,
    /// Inside a word of the name.
    Name,
    /// In a tag or the category.
    Tag,
    /// In the description.
    Description,
    /// In the text of the note or document.
    Text,
}

impl Place {
    pub(super) const ALL: [Self; 6] = [
        Self::NameStart,
        Self::NameWord,
        Self::Name,
        Self::Tag,
        Self::Description,
        Self::Text,
    ];
}

/// One result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Hit {
    /// The file or folder.
    pub node: NodeId,
    /// The least place in which one of the words was found; `None` if no words were asked for.
    pub place: Option<Place>,
}

/// The results.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Found {
    /// The best ones first: those whose words stand in better places, then the latest changed.
    pub hits: Vec<Hit>,
    /// How many there are in all.
    pub total: usize,
}
