use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// Bytes in a vector file: hexadecimal text, in which `00*16384` stands for a run. Runs
/// keep a message of megabytes short: its plaintext is chosen so that the ciphertext is
/// all zeros but for header and tags.
#[derive(Clone, PartialEq, Eq)]
pub struct Bytes(Vec<u8>);

/// From this many equal bytes on, a run is written as one.
const RUN: usize = 64;

impl Bytes {
    /// The bytes.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        &self.0
    }

    fn parse(text: &str) -> Result<Self, String> {
        let mut bytes = Vec::new();
        for run in text.split_whitespace() {
            let (digits, times) = run.split_once('*').unwrap_or((run, "1"));
            let decoded = hex::decode(digits).map_err(|error| format!("{run}: {error}"))?;
            let times = times.parse().map_err(|error| format!("{run}: {error}"))?;
            bytes.extend_from_slice(&decoded.repeat(times));
        }
        Ok(Self(bytes))
    }
}

impl From<&[u8]> for Bytes {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut written = false;
        let mut in_run = false;
        for same in self.0.chunk_by(|a, b| a == b) {
            let is_run = same.len() >= RUN;
            if written && (is_run || in_run) {
                f.write_str(" ")?;
            }
            if is_run {
                write!(f, "{:02x}*{}", same[0], same.len())?;
            } else {
                f.write_str(&hex::encode(same))?;
            }
            (written, in_run) = (true, is_run);
        }
        Ok(())
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// A fixed number of bytes in hexadecimal.
pub(crate) mod fixed {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub(crate) fn serialize<const N: usize, S: Serializer>(
        bytes: &[u8; N],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(bytes))
    }

    pub(crate) fn deserialize<'de, const N: usize, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<[u8; N], D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut bytes = [0; N];
        hex::decode_to_slice(text, &mut bytes).map_err(D::Error::custom)?;
        Ok(bytes)
    }
}
