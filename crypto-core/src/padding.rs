//! Padding, so that lengths say little.

use zeroize::Zeroizing;

use crate::OpenError;

/// Step to which metadata is padded.
pub const METADATA_STEP: usize = 128;
/// Step to which thumbnails are padded.
pub const THUMBNAIL_STEP: usize = 1024;

/// The Padmé length for `length` bytes (Nikitin et al., "Reducing Metadata Leakage from
/// Encrypted Files", 2019): at most 12 % more, and only O(log log L) bits leak.
#[must_use]
pub const fn padme(length: u64) -> u64 {
    if length < 2 {
        return length;
    }
    let exponent = length.ilog2();
    let significant = exponent.ilog2() + 1;
    let mask = (1u64 << (exponent - significant)) - 1;
    (length + mask) & !mask
}

/// Pads `record` to the next multiple of [`METADATA_STEP`]: its length as 4 bytes
/// big-endian, the record, zeros.
#[must_use]
pub fn pad(record: &[u8]) -> Zeroizing<Vec<u8>> {
    pad_to(record, METADATA_STEP)
}

/// As [`pad`], to a multiple of `step`.
#[must_use]
pub fn pad_to(record: &[u8], step: usize) -> Zeroizing<Vec<u8>> {
    let padded = (4 + record.len()).next_multiple_of(step);
    let mut out = Zeroizing::new(Vec::with_capacity(padded));
    let length = u32::try_from(record.len()).expect("records are far below 4 GiB");
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(record);
    out.resize(padded, 0);
    out
}

/// The record inside what [`pad`] made.
///
/// # Errors
/// [`OpenError::Malformed`] if the padding is not exactly what [`pad`] writes.
pub fn unpad(padded: &[u8]) -> Result<&[u8], OpenError> {
    unpad_from(padded, METADATA_STEP)
}

/// The record inside what [`pad_to`] made.
///
/// # Errors
/// As [`unpad`].
pub fn unpad_from(padded: &[u8], step: usize) -> Result<&[u8], OpenError> {
    let (length, rest) = padded
        .split_first_chunk::<4>()
        .ok_or(OpenError::Malformed)?;
    let length = u32::from_be_bytes(*length) as usize;
    let (record, zeros) = rest.split_at_checked(length).ok_or(OpenError::Malformed)?;
    let exact = (4 + length).next_multiple_of(step) == padded.len();
    if exact && zeros.iter().all(|&byte| byte == 0) {
        Ok(record)
    } else {
        Err(OpenError::Malformed)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn padme_steps() {
        for (length, padded) in [
            (0, 0),
            (1, 1),
            (2, 2),
            (8, 8),
            (9, 10),
            (100, 104),
            (1000, 1024),
            (1 << 30, 1 << 30),
        ] {
            assert_eq!(padme(length), padded, "{length}");
        }
    }

    proptest! {
        #[test]
        fn padme_costs_little(length in 0u64..1 << 50) {
            let padded = padme(length);
            prop_assert!(padded >= length);
            prop_assert!((padded - length) as f64 <= 0.12 * length as f64);
            prop_assert_eq!(padme(padded), padded);
        }

        #[test]
        fn pad_unpad(record in prop::collection::vec(any::<u8>(), 0..600)) {
            let padded = pad(&record);
            prop_assert_eq!(padded.len() % METADATA_STEP, 0);
            prop_assert_eq!(unpad(&padded).unwrap(), &record[..]);
        }

        #[test]
        fn steps_of_another_size(record in prop::collection::vec(any::<u8>(), 0..3000)) {
            let padded = pad_to(&record, THUMBNAIL_STEP);
            prop_assert_eq!(padded.len() % THUMBNAIL_STEP, 0);
            prop_assert_eq!(unpad_from(&padded, THUMBNAIL_STEP).unwrap(), &record[..]);
        }

        #[test]
        fn unpad_takes_nothing_else(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            if let Ok(record) = unpad(&bytes) {
                prop_assert_eq!(&pad(record)[..], &bytes[..]);
            }
        }
    }
}
