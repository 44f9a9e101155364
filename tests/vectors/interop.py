"""Strongroom and a second implementation read what the other wrote.

    python interop.py CHECK     CHECK: the built `check-vectors`
"""

import hashlib
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest

import strongroom_format as theirs
from strongroom_format import Refused, context

FILES = sorted((pathlib.Path(__file__).parent / "strongroom").glob("*.json"))
RANDOM = random.Random(20)


def parse_bytes(text):
    """Hexadecimal with runs such as `00*16384`."""
    out = bytearray()
    for run in text.split():
        digits, _, times = run.partition("*")
        out += bytes.fromhex(digits) * int(times or 1)
    return bytes(out)


def run_case(case):
    """What the second implementation makes of a vector."""
    ((kind, given),) = case.items()
    given = {name: value if name in TEXTS else parse_value(value) for name, value in given.items()}
    match kind:
        case "envelope":
            return theirs.open_(given["key"], given["context"], given["sealed"])
        case "wrapped-key":
            return theirs.unwrap(given["under"], given["context"], given["wrapped"])
        case "content":
            parts = given.pop("parts")
            return theirs.open_content(**given, sealed=b"".join(parts))
        case "signature":
            return theirs.verify(**given)
        case "identity":
            return theirs.identity(**given)
        case "padding":
            return theirs.unpad(**given)
        case "kdf":
            theirs.kdf_costs(given["text"])
            return hashlib.sha256(given["text"].encode()).digest()
        case "password":
            auth, kek = theirs.password_keys(given["password"], given["salt"], given["kdf"])
            kdf = hashlib.sha256(given["kdf"].encode()).digest()
            place = context("account-key-by-password", user=given["user"], kdf=kdf)
        case "recovery":
            auth, kek = theirs.recovery_keys(given["phrase"])
            place = context("account-key-by-recovery", user=given["user"])
        case _:
            raise AssertionError(f"there is no case {kind}")
    if auth != given["auth"]:
        raise Refused("another proof")
    return theirs.unwrap(kek, place, given["wrapped"])


TEXTS = {"purpose", "text", "password", "salt", "kdf", "auth", "phrase"}


def parse_value(value):
    if isinstance(value, str):
        return parse_bytes(value)
    if isinstance(value, list):
        return [parse_bytes(item) for item in value]
    if isinstance(value, dict):
        ((purpose, fields),) = value.items()
        return context(purpose, **{name: parse_value(field) for name, field in fields.items()})
    return value


class TheyReadWhatWeWrote(unittest.TestCase):
    def test_every_vector(self):
        self.assertGreater(len(FILES), 100)
        for file in FILES:
            with self.subTest(file.stem):
                vector = json.loads(file.read_text())
                ((outcome, expected),) = vector["expect"].items()
                if outcome == "refused":
                    with self.assertRaises(Refused):
                        run_case(vector["case"])
                    continue
                opened = run_case(vector["case"])
                if outcome == "opens":
                    self.assertEqual(opened, parse_bytes(expected))
                else:
                    self.assertEqual(len(opened), expected["length"])
                    self.assertEqual(hashlib.sha256(opened).hexdigest(), expected["sha256"])


class WeReadWhatTheyWrote(unittest.TestCase):
    """Writes vectors, and lets `check-vectors` read them."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.count = 0

    def write(self, kind, opens, **given):
        self.count += 1
        given = {name: value.hex() if isinstance(value, bytes) else value for name, value in given.items()}
        vector = {"rule": "Another implementation's bytes open.", "case": {kind: given}, "expect": {"opens": opens.hex()}}
        (self.folder / f"{self.count:03}.json").write_text(json.dumps(vector))

    def check(self):
        result = subprocess.run([CHECK, *sorted(self.folder.iterdir())], capture_output=True, text=True)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(result.stdout, f"{self.count} passed, 0 failed\n")

    def test_envelopes(self):
        chunk = theirs.CHUNK
        for length in (0, 1, 100, chunk - 1, chunk, chunk + 1, 3 * chunk, *RANDOM.sample(range(100_000), 12)):
            key, node, plain = RANDOM.randbytes(32), RANDOM.randbytes(16), RANDOM.randbytes(length)
            rev = RANDOM.getrandbits(63)
            sealed = theirs.seal(key, context("metadata", node=node, rev=rev), plain)
            place = {"metadata": {"node": node.hex(), "rev": rev}}
            self.write("envelope", plain, key=key, context=place, sealed=sealed)
        self.check()

    def test_files(self):
        for length in (0, 1, 1000, 511 * 1024, 600_000, (8 << 20) + 5, *RANDOM.sample(range(2_000_000), 4)):
            key, node, version = RANDOM.randbytes(32), RANDOM.randbytes(16), RANDOM.randbytes(16)
            plain = RANDOM.randbytes(length)
            sealed, segments, root = theirs.seal_content(key, node, version, plain)
            part = 512 * (theirs.CHUNK + 16)
            cuts = [0, *range(theirs.HEADER + part, len(sealed), part), len(sealed)]
            parts = [sealed[a:b].hex() for a, b in zip(cuts, cuts[1:])]
            self.write(
                "content", plain, key=key, node=node, version=version, size=length, root=root, parts=parts, segments=segments
            )
        self.check()

    def test_accounts(self):
        user, account_key = RANDOM.randbytes(16), RANDOM.randbytes(32)
        salt = theirs.base64.b64encode(RANDOM.randbytes(32)).decode()
        for password in ("correct horse", "пароль 密码", "cafe\u0301"):
            kdf = "argon2id$v=19$m=65536,t=3,p=1"
            auth, kek = theirs.password_keys(password, salt, kdf)
            place = context("account-key-by-password", user=user, kdf=hashlib.sha256(kdf.encode()).digest())
            wrapped = theirs.seal(kek, place, account_key)
            self.write("password", account_key, password=password, salt=salt, kdf=kdf, auth=auth, user=user, wrapped=wrapped)
        phrase = theirs.Mnemonic("english").to_mnemonic(RANDOM.randbytes(32))
        auth, kek = theirs.recovery_keys(phrase)
        wrapped = theirs.seal(kek, context("account-key-by-recovery", user=user), account_key)
        self.write("recovery", account_key, phrase=phrase, auth=auth, user=user, wrapped=wrapped)
        self.check()


if __name__ == "__main__":
    CHECK = sys.argv.pop(1)
    unittest.main()
