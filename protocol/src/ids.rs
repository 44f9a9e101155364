//! Ids: UUIDs (RFC 9562), one newtype a kind so that none can stand in for another.

use std::{borrow::Cow, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, de};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// The id made of these 16 bytes, marked as a version 4 UUID.
            /// The bytes must be random.
            #[must_use]
            pub fn from_random(bytes: [u8; 16]) -> Self {
                Self(uuid::Builder::from_random_bytes(bytes).into_uuid())
            }

            /// The id that has exactly these 16 bytes.
            #[must_use]
            pub fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }

            /// The id's 16 bytes, as they are bound into sealing contexts.
            #[must_use]
            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            /// Parses the hyphenated lower-case form only: an id has one spelling, so that
            /// what is compared as text and what is compared as bytes is the same.
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let id = text.parse::<uuid::fmt::Hyphenated>()?.into_uuid();
                let one_spelling = text.bytes().all(|byte| !byte.is_ascii_uppercase());
                // The error type has no public constructor; what is not hexadecimal has one.
                if one_spelling { Ok(Self(id)) } else { Uuid::parse_str("").map(Self) }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = Cow::<str>::deserialize(deserializer)?;
                text.parse().map_err(|_| {
                    de::Error::invalid_value(de::Unexpected::Str(&text), &"a UUID in lower case")
                })
            }
        }
    };
}

id!(
    /// An account.
    UserId
);
id!(
    /// A file or a folder; the vault's id is the id of its root folder.
    NodeId
);
id!(
    /// One version of one file.
    VersionId
);
id!(
    /// A staged upload.
    UploadId
);
id!(
    /// A commit, chosen by the client so that a repeat can be recognised.
    CommitId
);
id!(
    /// A signed-in session.
    SessionId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_one_spelling() {
        let spelling = "67e55044-10b1-426f-9247-bb680e5fe0c8";
        let id: NodeId = serde_json::from_str(&format!("\"{spelling}\"")).unwrap();
        assert_eq!(id.to_string(), spelling);
        for other in [
            "67E55044-10B1-426F-9247-BB680E5FE0C8",
            "67e5504410b1426f9247bb680e5fe0c8",
            "{67e55044-10b1-426f-9247-bb680e5fe0c8}",
            "urn:uuid:67e55044-10b1-426f-9247-bb680e5fe0c8",
            "",
        ] {
            assert!(
                serde_json::from_str::<NodeId>(&format!("\"{other}\"")).is_err(),
                "{other}"
            );
            assert!(other.parse::<NodeId>().is_err(), "{other}");
        }
    }
}
