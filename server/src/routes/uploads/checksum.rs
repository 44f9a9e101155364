//! tus's checksum extension: what a request brings is kept only if it is what the client hashed.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

use crate::error::{ApiError, ApiResult};

pub(crate) const UPLOAD_CHECKSUM: HeaderName = HeaderName::from_static("upload-checksum");
pub(crate) const ALGORITHMS: HeaderValue = HeaderValue::from_static("sha1,sha256");

/// What a request's bytes must hash to.
pub(crate) struct Checksum {
    expected: Vec<u8>,
    hasher: Hasher,
}

enum Hasher {
    Sha1(Sha1),
    Sha256(Sha256),
}

impl Checksum {
    /// The header `Upload-Checksum: sha256 <base64>`, if it is there.
    ///
    /// # Errors
    /// 400 when it has another form or names another algorithm.
    pub(crate) fn parse(headers: &HeaderMap) -> ApiResult<Option<Self>> {
        let Some(value) = headers.get(UPLOAD_CHECKSUM) else {
            return Ok(None);
        };
        let wrong = |why| ApiError::bad_parameter("Upload-Checksum", why);
        let form = || wrong("write it like sha256, a space, and the hash in base64");
        let (algorithm, hash) = value
            .to_str()
            .ok()
            .and_then(|text| text.split_once(' '))
            .ok_or_else(form)?;
        let (hasher, length) = match algorithm {
            "sha1" => (Hasher::Sha1(Sha1::new()), 20),
            "sha256" => (Hasher::Sha256(Sha256::new()), 32),
            _ => return Err(wrong("the algorithm must be sha1 or sha256")),
        };
        let expected = STANDARD
            .decode(hash)
            .ok()
            .filter(|hash| hash.len() == length)
            .ok_or_else(form)?;
        Ok(Some(Self { expected, hasher }))
    }

    pub(crate) fn update(&mut self, data: &[u8]) {
        match &mut self.hasher {
            Hasher::Sha1(hasher) => hasher.update(data),
            Hasher::Sha256(hasher) => hasher.update(data),
        }
    }

    /// # Errors
    /// 460, as the protocol says, when the bytes were others.
    pub(crate) fn verify(self) -> ApiResult<()> {
        let found = match self.hasher {
            Hasher::Sha1(hasher) => hasher.finalize().to_vec(),
            Hasher::Sha256(hasher) => hasher.finalize().to_vec(),
        };
        if found == self.expected {
            return Ok(());
        }
        let mismatch = StatusCode::from_u16(460).expect("it is a status");
        Err(
            ApiError::bad_request("The bytes are not those of Upload-Checksum. None was kept.")
                .with_status(mismatch),
        )
    }
}
