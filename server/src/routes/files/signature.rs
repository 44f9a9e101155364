//! Signed URLs: whoever has one may read one version of one file until it expires.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::{NodeId, UserId, VersionId};

use crate::error::{ApiError, ApiResult};
use crate::http::input::Query;
use crate::secrets::MacKey;

/// How long a URL works, in seconds.
pub(super) const LIFETIME: u64 = 300;

/// What a URL stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Grant {
    pub(crate) owner: UserId,
    pub(crate) node: NodeId,
    pub(crate) version: VersionId,
    /// Seconds since 1970.
    pub(crate) expires: i64,
}

impl Grant {
    /// The query string that proves it.
    pub(crate) fn sign(&self, key: &MacKey) -> String {
        let Self {
            owner,
            version,
            expires,
            ..
        } = self;
        let signature = URL_SAFE_NO_PAD.encode(key.mac(&self.parts(&expires.to_be_bytes())));
        format!("owner={owner}&version={version}&expires={expires}&signature={signature}")
    }

    /// The grant in a query string; `None` when there is no signature in it.
    ///
    /// # Errors
    /// 400 when the signature is wrong, 403 when its time is over.
    pub(crate) fn verify(
        key: &MacKey,
        node: NodeId,
        query: &Query,
        now: i64,
    ) -> ApiResult<Option<Self>> {
        let Some(signature) = query.text("signature")? else {
            return Ok(None);
        };
        let wrong = || ApiError::bad_parameter("signature", "it is not valid for this address");
        let grant = Self {
            owner: query
                .parse("owner", "it must be a UUID")?
                .ok_or_else(wrong)?,
            node,
            version: query
                .parse("version", "it must be a UUID")?
                .ok_or_else(wrong)?,
            expires: query
                .parse("expires", "it must be a time")?
                .ok_or_else(wrong)?,
        };
        let tag = URL_SAFE_NO_PAD.decode(signature).map_err(|_| wrong())?;
        if !key.verify(&grant.parts(&grant.expires.to_be_bytes()), &tag) {
            return Err(wrong());
        }
        if grant.expires <= now {
            return Err(ApiError::link_expired());
        }
        Ok(Some(grant))
    }

    fn parts<'a>(&'a self, expires: &'a [u8; 8]) -> [&'a [u8]; 4] {
        [
            self.owner.as_bytes(),
            self.node.as_bytes(),
            self.version.as_bytes(),
            expires,
        ]
    }
}
