//! Access tokens: JWTs (RFC 7519) with HMAC-SHA-256 and nothing else. There is one header, so a
//! token that says another algorithm is simply not ours.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::{SessionId, UserId};
use serde::{Deserialize, Serialize};

use crate::secrets::MacKey;

/// How long an access token lasts, in seconds.
pub(crate) const LIFETIME: u64 = 3600;

const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

/// What a token says; times in seconds since 1970.
#[derive(Debug, Serialize, Deserialize, PartialEq, Eq)]
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
pub(crate) fn issue(key: &MacKey, user: UserId, session: SessionId, now_ms: i64) -> String {
    let iat = now_ms / 1000;
    let claims = Claims {
        sub: user,
        sid: session,
        iat,
        exp: iat + LIFETIME.cast_signed(),
    };
    let claims = serde_json::to_vec(&claims).expect("claims are plain values");
    let mut token = URL_SAFE_NO_PAD.encode(HEADER);
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(claims, &mut token);
    let tag = key.plain_mac(token.as_bytes());
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(tag, &mut token);
    token
}

/// Checks signature and time. Whether the session still stands is another question.
pub(crate) fn verify(key: &MacKey, token: &str, now_ms: i64) -> Result<Claims, TokenError> {
    let (message, tag) = token.rsplit_once('.').ok_or(TokenError::Invalid)?;
    let tag = URL_SAFE_NO_PAD
        .decode(tag)
        .map_err(|_| TokenError::Invalid)?;
    if !key.verify_plain(message.as_bytes(), &tag) {
        return Err(TokenError::Invalid);
    }
    let claims = message
        .split_once('.')
        .and_then(|(_, claims)| URL_SAFE_NO_PAD.decode(claims).ok())
        .and_then(|claims| serde_json::from_slice::<Claims>(&claims).ok())
        .ok_or(TokenError::Invalid)?;
    if claims.exp <= now_ms / 1000 {
        return Err(TokenError::Expired);
    }
    Ok(claims)
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
        assert!(token.starts_with("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."));
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
