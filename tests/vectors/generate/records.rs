//! Padding, signatures and identities.

use crypto_core::{
    context::SignaturePurpose,
    identity::{Identity, RECEIVING_KEY, identity_hash},
    padding,
};
use vectors::Case;

use super::{Out, Seeded, opens, refused};

const USER: [u8; 16] = [0x30; 16];
/// The order of Ed25519's group, little-endian (RFC 8032, section 5.1).
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

pub(super) fn add(out: &mut Out) {
    paddings(out);
    signatures(out);
    identities(out);
}

fn paddings(out: &mut Out) {
    let padded = padding::pad(&[0x42; 100]).to_vec();
    let case = |padded: Vec<u8>| Case::Padding {
        padded: padded.into(),
    };
    opens(
        out,
        "padding",
        "Metadata is padded to steps of 128 bytes.",
        case(padded.clone()),
        &[0x42; 100],
    );
    opens(
        out,
        "padding-full-step",
        "A record that fills its step gets no other.",
        case(padding::pad(&[0x42; 124]).to_vec()),
        &[0x42; 124],
    );
    let mut dirty = padded.clone();
    dirty[127] = 1;
    refused(
        out,
        "padding-not-zero",
        "Padding is zeros.",
        case(dirty),
        "malformed",
    );
    refused(
        out,
        "padding-step-too-many",
        "Padding goes to the next step and no further.",
        case([&padded[..], &[0; 128]].concat()),
        "malformed",
    );
    refused(
        out,
        "padding-cut",
        "Padding is whole.",
        case(padded[..127].to_vec()),
        "malformed",
    );
    let mut long = padded;
    long[..4].copy_from_slice(&125u32.to_be_bytes());
    refused(
        out,
        "padding-length-past-end",
        "A record does not reach past its padding.",
        case(long),
        "malformed",
    );
    refused(
        out,
        "padding-empty",
        "No bytes are no record.",
        case(Vec::new()),
        "malformed",
    );
}

fn signatures(out: &mut Out) {
    let identity = Identity::make(&mut Seeded::new("signature"));
    let public = identity.signing_public();
    let signed = identity.sign(SignaturePurpose::Head, b"a record");
    let case = |public, purpose: &str, signed: &[u8]| Case::Signature {
        public,
        purpose: purpose.to_owned(),
        signed: signed.into(),
    };
    opens(
        out,
        "signature",
        "A signature stands before its record.",
        case(public, "head", &signed),
        b"a record",
    );
    refused(
        out,
        "signature-another-purpose",
        "A signature serves one purpose.",
        case(public, "acl", &signed),
        "altered",
    );
    let changed = |at: usize| {
        let mut signed = signed.clone();
        signed[at] ^= 1;
        signed
    };
    refused(
        out,
        "signature-changed",
        "A changed signature is refused.",
        case(public, "head", &changed(0)),
        "altered",
    );
    refused(
        out,
        "signature-record-changed",
        "A changed record is refused.",
        case(public, "head", &changed(64)),
        "altered",
    );
    refused(
        out,
        "signature-record-cut",
        "A cut record is refused.",
        case(public, "head", &signed[..71]),
        "altered",
    );
    refused(
        out,
        "signature-cut",
        "A cut signature is refused.",
        case(public, "head", &signed[..63]),
        "truncated",
    );
    let other = Identity::make(&mut Seeded::new("another signature")).signing_public();
    refused(
        out,
        "signature-another-author",
        "Another person's signature is refused.",
        case(other, "head", &signed),
        "altered",
    );
    let mut doubled = signed.clone();
    add_order(&mut doubled[32..64]);
    refused(
        out,
        "signature-malleable",
        "S is below the group's order: a signature has one form.",
        case(public, "head", &doubled),
        "altered",
    );
    // The neutral element as key and as R, S = 0: loose verifiers accept it for any record.
    let mut neutral = [0; 32];
    neutral[0] = 1;
    let forged = [&neutral[..], &[0; 32], b"any record"].concat();
    refused(
        out,
        "signature-small-order-key",
        "A key of small order has signed nothing.",
        case(neutral, "head", &forged),
        "altered",
    );
}

/// `S + L`, which loose verifiers take for the same signature.
fn add_order(s: &mut [u8]) {
    let mut carry = 0;
    for (byte, order) in s.iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
}

fn identities(out: &mut Out) {
    let identity = Identity::make(&mut Seeded::new("identity"));
    let signed = identity.publish(&USER);
    let case = |signed: &[u8]| Case::Identity {
        signed: signed.into(),
    };
    opens(
        out,
        "identity",
        "A published identity carries its own signature.",
        case(&signed),
        &identity_hash(&signed),
    );
    let mut changed = signed.clone();
    changed[signed.len() - 1] ^= 1;
    refused(
        out,
        "identity-changed",
        "A changed identity is refused.",
        case(&changed),
        "altered",
    );
    refused(
        out,
        "identity-cut",
        "A cut identity is refused.",
        case(&signed[..63]),
        "truncated",
    );
    let as_head = [
        &identity.sign(SignaturePurpose::Head, &signed[64..])[..64],
        &signed[64..],
    ]
    .concat();
    refused(
        out,
        "identity-signed-as-head",
        "An identity is signed as one and as nothing else.",
        case(&as_head),
        "altered",
    );
    let other = Identity::make(&mut Seeded::new("another identity"));
    let by_other = other.sign(SignaturePurpose::Identity, &signed[64..]);
    refused(
        out,
        "identity-signed-by-another",
        "An identity is signed by itself.",
        case(&by_other),
        "altered",
    );

    // Records that the person signed, but that are not in the one accepted form.
    let record = &signed[64..];
    let sign = |record: &[u8]| identity.sign(SignaturePurpose::Identity, record);
    assert_eq!(
        record[..3],
        [0xa4, 0x00, 0x01],
        "a map of four, and version 1 first"
    );
    let newer = [&[0xa4, 0x00, 0x02], &record[3..]].concat();
    refused(
        out,
        "identity-newer-version",
        "A record of a newer version is named as such.",
        case(&sign(&newer)),
        "unsupported-version",
    );
    let spelt = [&[0xa4, 0x00, 0x18, 0x01], &record[3..]].concat();
    refused(
        out,
        "identity-long-integer",
        "An integer has its shortest form.",
        case(&sign(&spelt)),
        "malformed",
    );
    let indefinite = [&[0xbf], &record[1..], &[0xff]].concat();
    refused(
        out,
        "identity-indefinite-map",
        "A map says how long it is.",
        case(&sign(&indefinite)),
        "malformed",
    );
    let unknown = [&[0xa5], &record[1..], &[0x18, 0x63, 0x00]].concat();
    refused(
        out,
        "identity-unknown-field",
        "A field that this version does not have is refused.",
        case(&sign(&unknown)),
        "malformed",
    );
    let trailing = [record, &[0x00]].concat();
    refused(
        out,
        "identity-trailing-data",
        "Nothing follows a record.",
        case(&sign(&trailing)),
        "malformed",
    );
    // 03 59 04c0 …: the receiving key; one byte less, well encoded.
    let key_at = record.len() - RECEIVING_KEY - 4;
    assert_eq!(record[key_at..key_at + 4], [0x03, 0x59, 0x04, 0xc0]);
    let short = [
        &record[..key_at],
        &[0x03, 0x59, 0x04, 0xbf],
        &record[key_at + 5..],
    ]
    .concat();
    refused(
        out,
        "identity-short-key",
        "A receiving key has 1216 bytes.",
        case(&sign(&short)),
        "malformed",
    );
}
