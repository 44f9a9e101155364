//! Who somebody is: an Ed25519 key (RFC 8032) that signs and an X-Wing key that receives.

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use hpke::{Deserializable as _, Kem as _, Serializable as _, kem::XWing};
use minicbor::{Decode, Encode, bytes::ByteArray};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::{OpenError, context::SignaturePurpose, record, sha256};

/// Length of an Ed25519 signature.
const SIGNATURE: usize = 64;
/// Length of an X-Wing public key.
pub const RECEIVING_KEY: usize = 1216;

/// Both private keys of a person, as their seeds.
pub struct Identity {
    signing_seed: Zeroizing<[u8; 32]>,
    receiving_seed: Zeroizing<[u8; 32]>,
}

impl Identity {
    /// A new random identity.
    pub fn make(rng: &mut impl CryptoRng) -> Self {
        let mut identity = Self::from_seeds(&[0; 32], &[0; 32]);
        rng.fill_bytes(&mut *identity.signing_seed);
        rng.fill_bytes(&mut *identity.receiving_seed);
        identity
    }

    /// The identity that was exported with [`Self::export_seeds`].
    #[must_use]
    pub fn from_seeds(signing: &[u8; 32], receiving: &[u8; 32]) -> Self {
        Self {
            signing_seed: Zeroizing::new(*signing),
            receiving_seed: Zeroizing::new(*receiving),
        }
    }

    /// The signing and the receiving seed, for the account state and nothing else.
    #[must_use]
    pub fn export_seeds(&self) -> (&[u8; 32], &[u8; 32]) {
        (&self.signing_seed, &self.receiving_seed)
    }

    /// The public key that checks this identity's signatures.
    #[must_use]
    pub fn signing_public(&self) -> [u8; 32] {
        SigningKey::from_bytes(&self.signing_seed)
            .verifying_key()
            .to_bytes()
    }

    /// The public key that others seal to: [`RECEIVING_KEY`] bytes.
    #[must_use]
    pub fn receiving_public(&self) -> Vec<u8> {
        let private = <XWing as hpke::Kem>::PrivateKey::from_bytes(&*self.receiving_seed)
            .expect("an X-Wing private key is any 32 bytes");
        XWing::sk_to_pk(&private).to_bytes().to_vec()
    }

    /// Signs a record: the signature, then the record.
    #[must_use]
    pub fn sign(&self, purpose: SignaturePurpose, record: &[u8]) -> Vec<u8> {
        let key = SigningKey::from_bytes(&self.signing_seed);
        let signature = key.sign(&[purpose.prefix(), record].concat());
        [&signature.to_bytes()[..], record].concat()
    }

    /// The identity record that is published for `user`, signed by itself.
    #[must_use]
    pub fn publish(&self, user: &[u8; 16]) -> Vec<u8> {
        let record = IdentityRecord {
            version: record::VERSION,
            user: (*user).into(),
            signing_key: self.signing_public().into(),
            receiving_key: self.receiving_public().into(),
            previous: None,
        };
        self.sign(SignaturePurpose::Identity, &record::encode(&record))
    }
}

/// What is published about a person.
#[derive(Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct IdentityRecord {
    #[n(0)]
    version: u32,
    /// The account.
    #[n(1)]
    pub user: ByteArray<16>,
    /// Ed25519 public key.
    #[n(2)]
    pub signing_key: ByteArray<32>,
    /// X-Wing public key.
    #[n(3)]
    pub receiving_key: minicbor::bytes::ByteVec,
    /// The hash of the identity that this one replaces.
    #[n(4)]
    pub previous: Option<ByteArray<32>>,
}

impl IdentityRecord {
    /// Parses a published record and checks its own signature. Whether it is the right
    /// person's is for the caller to find out.
    ///
    /// # Errors
    /// As [`verify`] and [`record::parse`].
    pub fn parse(signed: &[u8]) -> Result<Self, OpenError> {
        let (_, bytes) = signed
            .split_at_checked(SIGNATURE)
            .ok_or(OpenError::Truncated)?;
        let record: Self = record::parse(bytes)?;
        if record.receiving_key.len() != RECEIVING_KEY {
            return Err(OpenError::Malformed);
        }
        verify(&record.signing_key, SignaturePurpose::Identity, signed)?;
        Ok(record)
    }
}

/// How a published identity is named: SHA-256 of its record, the signature left out.
#[must_use]
pub fn identity_hash(signed: &[u8]) -> [u8; 32] {
    sha256(signed.get(SIGNATURE..).unwrap_or_default())
}

/// Checks what [`Identity::sign`] made (strictly: no small-order keys) and returns the record.
///
/// # Errors
/// [`OpenError::Truncated`] if there is no room for a signature, [`OpenError::Altered`] if
/// it does not match.
pub fn verify<'a>(
    public: &[u8; 32],
    purpose: SignaturePurpose,
    signed: &'a [u8],
) -> Result<&'a [u8], OpenError> {
    let (signature, record) = signed
        .split_first_chunk::<SIGNATURE>()
        .ok_or(OpenError::Truncated)?;
    let key = VerifyingKey::from_bytes(public).map_err(|_| OpenError::Altered)?;
    let message = [purpose.prefix(), record].concat();
    key.verify_strict(&message, &Signature::from_bytes(signature))
        .map(|()| record)
        .map_err(|_| OpenError::Altered)
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng, rngs::StdRng};

    use super::*;

    #[test]
    fn a_published_identity_is_checked() {
        let identity = Identity::make(&mut StdRng::seed_from_u64(1));
        let signed = identity.publish(&[9; 16]);
        let record = IdentityRecord::parse(&signed).unwrap();
        assert_eq!(*record.user, [9; 16]);
        assert_eq!(*record.signing_key, identity.signing_public());
        for at in 0..signed.len() {
            let mut changed = signed.clone();
            changed[at] ^= 1;
            assert!(IdentityRecord::parse(&changed).is_err(), "byte {at}");
        }
    }

    #[test]
    fn a_signature_serves_one_purpose() {
        let identity = Identity::make(&mut StdRng::seed_from_u64(2));
        let signed = identity.sign(SignaturePurpose::Head, b"record");
        let public = identity.signing_public();
        assert_eq!(
            verify(&public, SignaturePurpose::Head, &signed),
            Ok(&b"record"[..])
        );
        assert_eq!(
            verify(&public, SignaturePurpose::Acl, &signed),
            Err(OpenError::Altered)
        );
    }
}
