"""A second reader and writer of Strongroom's sealed formats.

Written from the documentation against other people's code (the packages `cryptography`,
`cbor2` and `mnemonic`), to find out whether the documented format is what the Rust code
reads and writes. It is a test tool: it takes no care of secrets in memory.
"""

import base64
import hashlib
import re
import unicodedata

import cbor2
from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from mnemonic import Mnemonic

CHUNK = 16 * 1024
SEGMENT = 32 * (CHUNK + 16)
HEADER = 56
WRAPPED_KEY = 104


class Refused(Exception):
    """What was given must not be accepted."""


# --- Contexts -----------------------------------------------------------------

_ID, _HASH, _COUNTER, _BYTE = 16, 32, 8, 1
_PURPOSES = {
    "account-key-by-password": ("account-key/password", {"user": _ID, "kdf": _HASH}),
    "account-key-by-recovery": ("account-key/recovery", {"user": _ID}),
    "account-key-kept": ("account-key/kept", {"user": _ID}),
    "avatar": ("avatar", {"user": _ID}),
    "account-state": ("account-state", {"user": _ID, "epoch": _COUNTER}),
    "pins": ("pins", {"user": _ID, "epoch": _COUNTER}),
    "node-key": (
        "node-key",
        {"vault": _ID, "parent": _ID, "parent_epoch": _COUNTER, "node": _ID, "kind": _BYTE, "epoch": _COUNTER},
    ),
    "metadata": ("metadata", {"node": _ID, "rev": _COUNTER}),
    "version": ("version", {"node": _ID, "version": _ID}),
    "content-key": ("content-key", {"node": _ID, "version": _ID}),
    "segments": ("segments", {"node": _ID, "version": _ID}),
    "content": ("content", {"node": _ID, "version": _ID}),
    "device-cache": ("device-cache", {"user": _ID, "piece": _ID}),
    "search-index": ("search-index", {"user": _ID, "piece": _ID}),
    "thumbnail": ("thumbnail", {"node": _ID, "version": _ID}),
    "upload-state": ("upload-state", {"user": _ID, "version": _ID}),
    "upload-key": ("upload-key", {"user": _ID, "version": _ID}),
    "head": ("head", {"vault": _ID, "node": _ID, "seq": _COUNTER, "epoch": _COUNTER}),
    "acl": ("acl", {"root": _ID, "seq": _COUNTER}),
}


def context(purpose, **given):
    """`"strongroom/v1/" ‖ purpose ‖ 0x00 ‖ fields`."""
    label, widths = _PURPOSES[purpose]
    assert list(given) == list(widths), (purpose, given)
    out = b"strongroom/v1/" + label.encode() + b"\0"
    for name, width in widths.items():
        value = given[name]
        value = value if isinstance(value, bytes) else value.to_bytes(width, "big")
        assert len(value) == width, (purpose, name)
        out += value
    return out


# --- The envelope ---------------------------------------------------------------


def seal(key, ctx, plain):
    encryptor = Cobblestone256Encryptor(key, ctx)
    return encryptor.update(plain) + encryptor.finalize()


def open_(key, ctx, sealed):
    decryptor = Cobblestone256Decryptor(key, ctx)
    try:
        return decryptor.update(sealed) + decryptor.finalize()
    except InvalidTag as error:
        raise Refused("the envelope does not open") from error


def unwrap(under, ctx, wrapped):
    if len(wrapped) != WRAPPED_KEY:
        raise Refused("not the length of a wrapped key")
    return open_(under, ctx, wrapped)


# --- Content --------------------------------------------------------------------


def padme(length):
    """Padmé (Nikitin et al., 2019)."""
    if length < 2:
        return length
    exponent = length.bit_length() - 1
    mask = (1 << (exponent - exponent.bit_length())) - 1
    return (length + mask) & ~mask


def segment_hashes(sealed):
    """SHA-256 of every 32 chunks, the header counted into the first."""
    cuts = [0, *range(HEADER + SEGMENT, len(sealed), SEGMENT), len(sealed)]
    return [hashlib.sha256(sealed[a:b]).digest() for a, b in zip(cuts, cuts[1:])]


def seal_content(key, node, version, plain):
    """The sealed content, the sealed segment list and the root."""
    padded = plain + bytes(padme(len(plain)) - len(plain))
    sealed = seal(key, context("content", node=node, version=version), padded)
    listed = segment_hashes(sealed)
    root = hashlib.sha256(b"".join(listed)).digest()
    segments = b""
    if len(listed) > 1:
        segments = seal(key, context("segments", node=node, version=version), b"".join(listed))
    return sealed, segments, root


def open_content(key, node, version, size, root, sealed, segments):
    listed = b"".join(segment_hashes(sealed))
    padded = padme(size)
    if len(sealed) != HEADER + padded + 16 * (padded // CHUNK + 1):
        raise Refused("not the length that the size asks for")
    if len(listed) > 32:
        if open_(key, context("segments", node=node, version=version), segments) != listed:
            raise Refused("not the segments that were listed")
    elif segments:
        raise Refused("a list for a single segment")
    if hashlib.sha256(listed).digest() != root:
        raise Refused("not the content that the version record names")
    plain = open_(key, context("content", node=node, version=version), sealed)
    return plain[:size]


# --- Records ----------------------------------------------------------------------


def unpad(padded):
    length = int.from_bytes(padded[:4], "big")
    record = padded[4 : 4 + length]
    if len(padded) < 4 or pad(record) != padded:
        raise Refused("not padded as it should be")
    return record


def pad(record):
    out = len(record).to_bytes(4, "big") + record
    return out + bytes(-len(out) % 128)


_P = 2**255 - 19
_D = -121665 * pow(121666, -1, _P) % _P


def _has_small_order(point):
    """Whether eight times the point is the neutral element, whose y is 1 (RFC 8032, 5.1)."""
    y = int.from_bytes(point, "little") % 2**255 % _P
    for _ in range(3):
        xx = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
        y = (y * y + xx) * pow(1 - _D * xx * y * y, -1, _P) % _P
    return y == 1


def verify(public, purpose, signed):
    if len(signed) < 64:
        raise Refused("no room for a signature")
    signature, record = signed[:64], signed[64:]
    for point in (public, signature[:32]):
        if _has_small_order(point):
            raise Refused("a point of small order")
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(
            signature, b"strongroom/v1/sig/" + purpose.encode() + b"\0" + record
        )
    except InvalidSignature as error:
        raise Refused("not signed by that key") from error
    return record


def identity(signed):
    """Checks a published identity and gives the record's hash."""
    record = signed[64:]
    try:
        fields = cbor2.loads(record)
    except (cbor2.CBORDecodeError, EOFError) as error:
        raise Refused("not CBOR") from error
    if not isinstance(fields, dict) or not set(range(4)) <= set(fields) <= set(range(5)):
        raise Refused("not the fields of an identity")
    if fields[0] != 1:
        raise Refused("another version")
    lengths = {1: 16, 2: 32, 3: 1216, 4: 32}
    if any(len(fields[at]) != length for at, length in lengths.items() if at in fields):
        raise Refused("a field of another length")
    if cbor2.dumps(fields, canonical=True) != record:
        raise Refused("not the deterministic encoding")
    verify(fields[2], "identity", signed)
    return hashlib.sha256(record).digest()


# --- Ways into an account -----------------------------------------------------------


def _hkdf(secret, label):
    return HKDF(hashes.SHA512(), 32, salt=None, info=b"strongroom/v1/kdf/" + label).derive(secret)


def kdf_costs(text):
    """Memory in KiB, passes, lanes; refused outside floor and ceiling."""
    number = "([1-9][0-9]{0,17})"
    match = re.fullmatch(rf"argon2id\$v=19\$m={number},t={number},p={number}", text)
    if not match:
        raise Refused("not a kdf string")
    memory, passes, lanes = (int(digits) for digits in match.groups())
    if not (64 * 1024 <= memory <= 1024 * 1024 and 3 <= passes <= 16 and lanes <= 4):
        raise Refused("outside floor and ceiling")
    return memory, passes, lanes


def password_keys(password, salt, kdf):
    """What is sent as `password_hash`, and the key that wraps the account key."""
    memory, passes, lanes = kdf_costs(kdf)
    try:
        salt = base64.b64decode(salt, validate=True)
    except ValueError as error:
        raise Refused("a salt in another spelling") from error
    if len(salt) != 32:
        raise Refused("a salt of another length")
    argon2 = Argon2id(salt=salt, length=32, iterations=passes, lanes=lanes, memory_cost=memory)
    secret = argon2.derive(unicodedata.normalize("NFC", password).encode())
    return base64.b64encode(_hkdf(secret, b"auth/password")).decode(), _hkdf(secret, b"kek/password")


def recovery_keys(phrase):
    """The same for 24 words."""
    words = phrase.lower().split()
    mnemonic = Mnemonic("english")
    if len(words) != 24 or not mnemonic.check(" ".join(words)):
        raise Refused("not a phrase")
    entropy = bytes(mnemonic.to_entropy(words))
    return base64.b64encode(_hkdf(entropy, b"auth/recovery")).decode(), _hkdf(entropy, b"kek/recovery")
