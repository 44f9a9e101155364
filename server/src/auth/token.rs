//! Access tokens: JWTs (RFC 7519) with HMAC-SHA-256 and nothing else.

use std::sync::Once;

use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::signature::{Error as SignatureError, Signer, Verifier};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use protocol::{SessionId, UserId};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// How long an access token lasts, in seconds.
pub(crate) const LIFETIME: u64 = 3600;

/// Signs and checks access tokens.
#[derive(Clone)]
pub(crate) struct TokenKey {
    encoding: EncodingKey,
    decoding: DecodingKey,
}

impl TokenKey {
    pub(crate) fn new(secret: &[u8; 32]) -> Self {
        static ONLY_HS256: Once = Once::new();
        // Nothing else in this process could have installed another one.
        ONLY_HS256.call_once(|| {
            let _ = HS256.install_default();
        });
        Self {
            encoding: EncodingKey::from_secret(secret),
            decoding: DecodingKey::from_secret(secret),
        }
    }
}

/// What a token says; times in seconds since 1970.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub(crate) struct Claims {
    pub(crate) sub: UserId,
    pub(crate) sid: SessionId,
    pub(crate) iat: i64,
    pub(crate) exp: i64,
}

/// Why a token is not accepted.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum TokenError {
    Invalid,
    Expired,
}

/// A token for a session, valid from now on.
pub(crate) fn issue(key: &TokenKey, user: UserId, session: SessionId, now_ms: i64) -> String {
    let iat = now_ms / 1000;
    let claims = Claims {
        sub: user,
        sid: session,
        iat,
        exp: iat + LIFETIME.cast_signed(),
    };
    encode(&Header::new(Algorithm::HS256), &claims, &key.encoding)
        .expect("plain claims are encoded, and HMAC takes any key")
}

/// Checks signature and time. Whether the session still stands is another question.
pub(crate) fn verify(key: &TokenKey, token: &str, now_ms: i64) -> Result<Claims, TokenError> {
    let mut validation = Validation::new(Algorithm::HS256);
    // The time is compared below, with the clock that the caller goes by.
    validation.validate_exp = false;
    let claims = decode::<Claims>(token, &key.decoding, &validation)
        .map_err(|_| TokenError::Invalid)?
        .claims;
    if claims.exp <= now_ms / 1000 {
        return Err(TokenError::Expired);
    }
    Ok(claims)
}

/// The library's own providers bring every algorithm there is; this server has one.
static HS256: CryptoProvider = CryptoProvider {
    signer_factory: |algorithm, key| Ok(Box::new(Hs256::new(*algorithm, key.as_bytes())?)),
    verifier_factory: |algorithm, key| {
        Ok(Box::new(Hs256::new(*algorithm, key.try_get_as_bytes()?)?))
    },
    key_utils: KeyUtils::new_unimplemented(),
};

struct Hs256(Hmac<Sha256>);

impl Hs256 {
    fn new(algorithm: Algorithm, key: &[u8]) -> jsonwebtoken::errors::Result<Self> {
        if algorithm != Algorithm::HS256 {
            return Err(ErrorKind::InvalidAlgorithm.into());
        }
        let mac = Hmac::new_from_slice(key).map_err(|_| ErrorKind::InvalidKeyFormat)?;
        Ok(Self(mac))
    }
}

impl Signer<Vec<u8>> for Hs256 {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, SignatureError> {
        let mac = self.0.clone().chain_update(message);
        Ok(mac.finalize().into_bytes().to_vec())
    }
}

impl Verifier<Vec<u8>> for Hs256 {
    fn verify(&self, message: &[u8], tag: &Vec<u8>) -> Result<(), SignatureError> {
        let mac = self.0.clone().chain_update(message);
        mac.verify_slice(tag).map_err(|_| SignatureError::new())
    }
}

impl JwtSigner for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

impl JwtVerifier for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::secrets::Secrets;

    #[test]
    fn tokens_are_accepted_until_they_expire_and_never_altered() {
        let key = Secrets::derive(b"secret").tokens;
        let (user, session) = (UserId(Uuid::from_u128(1)), SessionId(Uuid::from_u128(2)));
        let token = issue(&key, user, session, 5_000);
        let claims = verify(&key, &token, 6_000).unwrap();
        assert_eq!((claims.sub, claims.sid), (user, session));
        assert_eq!(
            verify(&key, &token, 5_000 + 3_600_000),
            Err(TokenError::Expired)
        );
        for index in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[index] = if bytes[index] == b'A' { b'B' } else { b'A' };
            let altered = String::from_utf8(bytes).unwrap();
            // The last character of a part carries unused bits; what decodes must be canonical.
            assert_eq!(
                verify(&key, &altered, 6_000),
                Err(TokenError::Invalid),
                "{index}"
            );
        }
        let other = Secrets::derive(b"other").tokens;
        assert_eq!(verify(&other, &token, 6_000), Err(TokenError::Invalid));
    }
}
