//! Records: deterministic CBOR (RFC 8949 §4.2), as maps with small integer keys.
//!
//! Key 0 is always the record's version. Bytes that decode but are not what encoding the
//! result gives are refused, so that a record has one encoding.

use minicbor::{Decode, Decoder, Encode, data::Type};

use zeroize::Zeroizing;

use crate::OpenError;

/// The version of every record in this release.
pub const VERSION: u32 = 1;

/// Encodes a record.
#[must_use]
pub fn encode<T: Encode<()>>(record: &T) -> Vec<u8> {
    // Records with keys in them fit without growing, which would leave copies behind.
    encode_within(record, 1024)
}

/// Encodes a record that has about `length` bytes: with at most so many, no copies of
/// parts of it are left in memory.
#[must_use]
pub fn encode_within<T: Encode<()>>(record: &T, length: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(length);
    minicbor::encode(record, &mut bytes).expect("encoding into memory does not fail");
    bytes
}

/// Parses a record and checks that it is the deterministic encoding of itself.
///
/// # Errors
/// [`OpenError::UnsupportedVersion`] if key 0 is another version, else
/// [`OpenError::Malformed`].
pub fn parse<T>(bytes: &[u8]) -> Result<T, OpenError>
where
    T: for<'b> Decode<'b, ()> + Encode<()>,
{
    if version(bytes).ok_or(OpenError::Malformed)? != u64::from(VERSION) {
        return Err(OpenError::UnsupportedVersion);
    }
    let record: T = minicbor::decode(bytes).map_err(|_| OpenError::Malformed)?;
    let again = Zeroizing::new(encode_within(&record, bytes.len()));
    if *again == bytes {
        Ok(record)
    } else {
        Err(OpenError::Malformed)
    }
}

/// The value of key 0, which sorts first.
fn version(bytes: &[u8]) -> Option<u64> {
    let mut decoder = Decoder::new(bytes);
    decoder.map().ok()??;
    if decoder.u64().ok()? != 0 {
        return None;
    }
    match decoder.datatype().ok()? {
        Type::U8 | Type::U16 | Type::U32 | Type::U64 => decoder.u64().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Encode, Decode)]
    #[cbor(map)]
    struct Sample {
        #[n(0)]
        version: u32,
        #[n(1)]
        name: String,
        #[n(2)]
        size: Option<u64>,
    }

    fn sample() -> Sample {
        Sample {
            version: VERSION,
            name: "a".into(),
            size: None,
        }
    }

    #[test]
    fn round_trips() {
        assert_eq!(encode(&sample()), [0xa2, 0, 1, 1, 0x61, b'a']);
        assert_eq!(parse::<Sample>(&encode(&sample())).unwrap(), sample());
    }

    #[test]
    fn another_version_is_named() {
        let newer = encode(&Sample {
            version: 2,
            ..sample()
        });
        assert_eq!(parse::<Sample>(&newer), Err(OpenError::UnsupportedVersion));
    }

    #[test]
    fn only_one_encoding_is_accepted() {
        for bytes in [
            &[0xa2, 0, 1, 1, 0x78, 1, b'a'][..], // a longer length than needed
            &[0xa2, 0, 0x18, 1, 1, 0x61, b'a'],  // a longer integer than needed
            &[0xbf, 0, 1, 1, 0x61, b'a', 0xff],  // indefinite length
            &[0xa2, 1, 0x61, b'a', 0, 1],        // keys out of order
            &[0xa3, 0, 1, 1, 0x61, b'a', 9, 1],  // an unknown key
            &[0xa2, 0, 1, 1, 0x61, b'a', 0],     // trailing data
            &[0xa1, 0, 1],                       // a missing field
            &[0x80],
            &[],
        ] {
            assert_eq!(
                parse::<Sample>(bytes),
                Err(OpenError::Malformed),
                "{bytes:x?}"
            );
        }
    }
}
