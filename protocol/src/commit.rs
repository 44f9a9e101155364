//! Commits: the only way in which a vault's tree changes.

use std::fmt;
use std::marker::PhantomData;

use serde::de::IntoDeserializer as _;
use serde::{Deserialize, Deserializer, Serialize, de};

use crate::{Base64, CommitId, NodeId, NodeKind, SealedMetadata, UploadId, VersionId};

/// The most changes that one commit may hold.
pub const MAX_CHANGES: usize = 1000;

/// Each change touches at most two folders: the one that it is in, and one that is new, that it
/// goes into, or that it is itself.
pub const MAX_HEADS: usize = 2 * MAX_CHANGES;

/// `POST /commits`. All of it happens, or none.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CommitRequest {
    /// Chosen by the client; a repeat gets the first answer.
    pub id: CommitId,
    /// 1 to 1000.
    #[serde(deserialize_with = "at_most::<_, _, MAX_CHANGES>")]
    pub changes: Vec<Change>,
    /// One for every folder whose children or metadata change, and for no other.
    #[serde(deserialize_with = "at_most::<_, _, MAX_HEADS>")]
    pub heads: Vec<NewHead>,
}

/// A folder's next head.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewHead {
    /// The folder.
    pub node: NodeId,
    /// What the server's current seq must be; 0 for a folder made in this commit.
    pub expected_seq: u64,
    /// Greater than `expected_seq`.
    pub seq: u64,
    /// The sealed, signed record, 16 KiB at most.
    pub sealed: Base64,
}

/// One change. Reading one ignores fields that no kind of change has.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Change {
    /// A new file or folder.
    Create(CreateChange),
    /// A new version of a file.
    Version {
        /// The file.
        node: NodeId,
        /// The version.
        version: NewVersion,
    },
    /// New metadata.
    Metadata {
        /// The file or folder.
        node: NodeId,
        /// Its rev is the current one plus one.
        metadata: SealedMetadata,
    },
    /// Into the trash, with everything below.
    Trash {
        /// The file or folder.
        node: NodeId,
    },
    /// Out of the trash.
    Restore {
        /// The file or folder.
        node: NodeId,
    },
    /// Gone for good, with everything below.
    Purge {
        /// The file or folder.
        node: NodeId,
    },
    /// Into another folder. Its key and its epoch stay.
    Move {
        /// The file or folder.
        node: NodeId,
        /// The folder that it goes into: another one than now, and nowhere below the node.
        parent: NodeId,
        /// The node's key wrapped under the new parent's: 104 bytes.
        wrapped_key: Base64,
    },
    /// The node's key wrapped anew under its folder's.
    Rewrap {
        /// The file or folder.
        node: NodeId,
        /// The epoch of the node's key: not less than now.
        epoch: u64,
        /// 104 bytes.
        wrapped_key: Base64,
    },
    /// Nothing but a new head of a folder, by which its owner takes for true what the server shows.
    Accept {
        /// The folder.
        node: NodeId,
    },
    /// One version of a file is gone for good. The last one cannot go.
    DropVersion {
        /// The file.
        node: NodeId,
        /// The version.
        version: VersionId,
    },
}

// By hand: what serde derives for a tagged enum first builds a tree of the whole object, which
// takes many times the memory of what was sent.
impl<'de> Deserialize<'de> for Change {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let any = AnyChange::deserialize(deserializer)?;
        Ok(match any.of {
            ChangeType::Create => Self::Create(CreateChange {
                id: given(any.id, "id")?,
                parent: given(any.parent, "parent")?,
                kind: given(any.kind, "kind")?,
                wrapped_key: given(any.wrapped_key, "wrapped_key")?,
                metadata: given(any.metadata, "metadata")?,
                version: any.version.map(AnyVersion::into_new).transpose()?,
            }),
            ChangeType::Version => Self::Version {
                node: given(any.node, "node")?,
                version: given(any.version, "version")?.into_new()?,
            },
            ChangeType::Metadata => Self::Metadata {
                node: given(any.node, "node")?,
                metadata: given(any.metadata, "metadata")?,
            },
            ChangeType::Trash => Self::Trash {
                node: given(any.node, "node")?,
            },
            ChangeType::Restore => Self::Restore {
                node: given(any.node, "node")?,
            },
            ChangeType::Purge => Self::Purge {
                node: given(any.node, "node")?,
            },
            ChangeType::Move => Self::Move {
                node: given(any.node, "node")?,
                parent: given(any.parent, "parent")?,
                wrapped_key: given(any.wrapped_key, "wrapped_key")?,
            },
            ChangeType::Rewrap => Self::Rewrap {
                node: given(any.node, "node")?,
                epoch: given(any.epoch, "epoch")?,
                wrapped_key: given(any.wrapped_key, "wrapped_key")?,
            },
            ChangeType::Accept => Self::Accept {
                node: given(any.node, "node")?,
            },
            ChangeType::DropVersion => Self::DropVersion {
                node: given(any.node, "node")?,
                version: given(any.version, "version")?.into_id()?,
            },
        })
    }
}

/// The fields of all kinds of change.
#[derive(Deserialize)]
struct AnyChange {
    #[serde(rename = "type")]
    of: ChangeType,
    id: Option<NodeId>,
    parent: Option<NodeId>,
    kind: Option<NodeKind>,
    wrapped_key: Option<Base64>,
    metadata: Option<SealedMetadata>,
    version: Option<AnyVersion>,
    node: Option<NodeId>,
    epoch: Option<u64>,
}

/// What stands in `version`: an object for a new one, an id for one that is there. What has the
/// wrong form for its kind of change counts as missing.
enum AnyVersion {
    New(NewVersion),
    Id(VersionId),
}

impl AnyVersion {
    fn into_new<E: de::Error>(self) -> Result<NewVersion, E> {
        match self {
            Self::New(version) => Ok(version),
            Self::Id(_) => Err(E::missing_field("version")),
        }
    }

    fn into_id<E: de::Error>(self) -> Result<VersionId, E> {
        match self {
            Self::Id(id) => Ok(id),
            Self::New(_) => Err(E::missing_field("version")),
        }
    }
}

// Not as an untagged enum, for the reason above.
impl<'de> Deserialize<'de> for AnyVersion {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> de::Visitor<'de> for Either {
            type Value = AnyVersion;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a new version, or the id of one")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<AnyVersion, E> {
                let id = VersionId::deserialize(text.into_deserializer())?;
                Ok(AnyVersion::Id(id))
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<AnyVersion, A::Error> {
                let map = de::value::MapAccessDeserializer::new(map);
                Ok(AnyVersion::New(NewVersion::deserialize(map)?))
            }
        }

        deserializer.deserialize_any(Either)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum ChangeType {
    Create,
    Version,
    Metadata,
    Trash,
    Restore,
    Purge,
    Move,
    Rewrap,
    Accept,
    DropVersion,
}

fn given<T, E: de::Error>(field: Option<T>, name: &'static str) -> Result<T, E> {
    field.ok_or_else(|| E::missing_field(name))
}

/// Reads a list and stops at the first entry that is one too many.
pub(crate) fn at_most<'de, D, T, const MOST: usize>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    struct List<T, const MOST: usize>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>, const MOST: usize> de::Visitor<'de> for List<T, MOST> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "a list of at most {MOST} entries")
        }

        fn visit_seq<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
            let mut entries = Vec::new();
            while entries.len() < MOST {
                match list.next_element()? {
                    Some(entry) => entries.push(entry),
                    None => return Ok(entries),
                }
            }
            match list.next_element::<de::IgnoredAny>()? {
                Some(_) => Err(de::Error::invalid_length(MOST + 1, &self)),
                None => Ok(entries),
            }
        }
    }

    deserializer.deserialize_seq(List::<T, MOST>(PhantomData))
}

/// A new file or folder.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateChange {
    /// Never used before, by anyone.
    pub id: NodeId,
    /// The folder that it goes into.
    pub parent: NodeId,
    /// File or folder.
    pub kind: NodeKind,
    /// The node's key wrapped under its parent's: 104 bytes. Its epoch is 1.
    pub wrapped_key: Base64,
    /// Its rev is 1.
    pub metadata: SealedMetadata,
    /// The first version of a file; `null` for a folder.
    pub version: Option<NewVersion>,
}

/// A new version of a file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewVersion {
    /// Never used before, by anyone.
    pub id: VersionId,
    /// The content key wrapped under the node's: 104 bytes.
    pub wrapped_key: Base64,
    /// The sealed version record, 4 KiB at most.
    pub record: Base64,
    /// A finished upload of the caller's, used once. Either this or `copy_of`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upload: Option<UploadId>,
    /// A version of a file of the caller's, whose stored bytes this one has as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy_of: Option<VersionId>,
    /// So many bytes at the end of the upload are the sealed thumbnail: 65,536 at most, and fewer
    /// than there are. 0 with `copy_of`: the copy has its source's.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub thumbnail: u64,
}

#[cfg_attr(
    target_pointer_width = "64",
    expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde hands out references"
    )
)]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// The answer to `POST /commits`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CommitResponse {
    /// The commit.
    pub id: CommitId,
    /// Where the change feed stands after it.
    pub cursor: String,
    /// Stored bytes of the account after it.
    pub storage_used: u64,
    /// The quota in bytes.
    pub storage_limit: u64,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn id(n: u8) -> String {
        format!("00000000-0000-4000-8000-0000000000{n:02}")
    }

    #[test]
    fn every_kind_of_change_is_read_as_it_is_written() {
        let metadata = json!({"rev": 2, "sealed": "AAAA"});
        let version =
            json!({"id": id(4), "wrapped_key": "AAAA", "record": "AAAA", "upload": id(5)});
        for change in [
            json!({"type": "create", "id": id(1), "parent": id(2), "kind": "folder",
                   "wrapped_key": "AAAA", "metadata": metadata, "version": null}),
            json!({"type": "create", "id": id(1), "parent": id(2), "kind": "file",
                   "wrapped_key": "AAAA", "metadata": metadata, "version": version}),
            json!({"type": "version", "node": id(1), "version": version}),
            json!({"type": "metadata", "node": id(1), "metadata": metadata}),
            json!({"type": "trash", "node": id(1)}),
            json!({"type": "restore", "node": id(1)}),
            json!({"type": "purge", "node": id(1)}),
            json!({"type": "move", "node": id(1), "parent": id(2), "wrapped_key": "AAAA"}),
            json!({"type": "rewrap", "node": id(1), "epoch": 1, "wrapped_key": "AAAA"}),
            json!({"type": "accept", "node": id(1)}),
            json!({"type": "drop-version", "node": id(1), "version": id(4)}),
        ] {
            let read: Change = serde_json::from_value(change.clone()).unwrap();
            assert_eq!(serde_json::to_value(&read).unwrap(), change);
            let mut more = change.clone();
            more["later"] = json!({"unknown": [1]});
            let read: Change = serde_json::from_value(more).unwrap();
            assert_eq!(serde_json::to_value(&read).unwrap(), change);
            for name in change.as_object().unwrap().keys() {
                if name == "version" && change["type"] == "create" {
                    continue;
                }
                let mut less = change.clone();
                less.as_object_mut().unwrap().remove(name);
                let error = serde_json::from_value::<Change>(less).unwrap_err();
                assert_eq!(error.to_string(), format!("missing field `{name}`"));
            }
        }
    }

    #[test]
    fn a_version_says_only_what_it_has() {
        let read = |fields: Value| {
            let mut version = json!({"id": id(4), "wrapped_key": "AAAA", "record": "AAAA"});
            let all = version.as_object_mut().unwrap();
            all.extend(fields.as_object().unwrap().clone());
            let change = json!({"type": "version", "node": id(1), "version": version});
            let read: Change = serde_json::from_value(change.clone()).unwrap();
            assert_eq!(serde_json::to_value(&read).unwrap(), change);
            match read {
                Change::Version { version, .. } => version,
                _ => unreachable!(),
            }
        };
        let uploaded = read(json!({"upload": id(5), "thumbnail": 700}));
        assert_eq!(uploaded.upload, Some(id(5).parse().unwrap()));
        assert_eq!((uploaded.copy_of, uploaded.thumbnail), (None, 700));
        let copied = read(json!({"copy_of": id(6)}));
        assert_eq!(copied.copy_of, Some(id(6).parse().unwrap()));
        assert_eq!((copied.upload, copied.thumbnail), (None, 0));
        // Whether there is one of the two is for whoever applies it to say.
        read(json!({}));
    }

    #[test]
    fn a_version_has_the_form_of_its_change() {
        let refused = |change: Value| {
            serde_json::from_value::<Change>(change)
                .unwrap_err()
                .to_string()
        };
        let new = json!({"id": id(4), "wrapped_key": "AAAA", "record": "AAAA", "upload": id(5)});
        for change in [
            json!({"type": "version", "node": id(1), "version": id(4)}),
            json!({"type": "drop-version", "node": id(1), "version": new}),
        ] {
            assert_eq!(refused(change), "missing field `version`");
        }
        let drop = |version: Value| {
            refused(json!({"type": "drop-version", "node": id(1), "version": version}))
        };
        assert!(drop(json!("7")).contains("expected a UUID in lower case"));
        assert!(drop(json!(7)).contains("expected a new version, or the id of one"));
    }

    #[test]
    fn lists_end_at_their_limit() {
        let commit = |changes: usize, heads: usize| {
            let change = json!({"type": "trash", "node": id(1)});
            let head = json!({"node": id(1), "expected_seq": 1, "seq": 2, "sealed": "AAAA"});
            serde_json::from_value::<CommitRequest>(json!({
                "id": id(9),
                "changes": Value::from(vec![change; changes]),
                "heads": Value::from(vec![head; heads]),
            }))
        };
        let full = commit(MAX_CHANGES, MAX_HEADS).unwrap();
        assert_eq!((full.changes.len(), full.heads.len()), (1000, 2000));
        for (changes, heads) in [(1001, 0), (1, 2001)] {
            let error = commit(changes, heads).unwrap_err().to_string();
            assert!(error.contains("expected a list of at most"), "{error}");
        }
    }
}
