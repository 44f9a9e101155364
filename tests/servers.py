"""A server to test, and accounts on it, for tests in Python."""

import base64
import os
import pathlib
import random
import subprocess
import uuid

HASH = "a proof that is long enough to be one"


def sealed(length):
    """What should be sealed is random: the server cannot tell the difference."""
    return base64.b64encode(random.randbytes(length)).decode()


def registration(email, vault):
    body = {"email": email, "password_hash": HASH, "salt": "a salt that is long enough"}
    if vault:
        root = str(uuid.uuid4())
        body["user_id"] = str(uuid.uuid4())
        body["kdf"] = "argon2id$v=19$m=65536,t=3,p=1"
        body["keys"] = {
            "format": 1,
            "identity": sealed(1300),
            "wrapped_key": sealed(104),
            "recovery": {"wrapped_key": sealed(104), "auth": HASH},
            "account_state": {"epoch": 1, "sealed": sealed(300)},
            "pins": {"epoch": 1, "sealed": sealed(200)},
            "root": {
                "id": root,
                "wrapped_key": sealed(104),
                "metadata": {"rev": 1, "sealed": sealed(200)},
                "acl": {"seq": 1, "sealed": sealed(300)},
                "head": {"node": root, "expected_seq": 0, "seq": 1, "sealed": sealed(400)},
            },
        }
    return body


def start(binary, folder, settings=()):
    """A server that limits nothing, and where it answers."""
    limits = ["REGISTRATION", "LOGIN", "GENERAL", "UPLOADS", "DOWNLOADS", "PUBLIC"]
    settings = {f"STRONGROOM_LIMIT_{limit}": "off" for limit in limits} | dict(settings)
    log = open(pathlib.Path(folder) / "log", "w")
    server = subprocess.Popen(
        [binary, "serve", "--data-dir", folder + "/data", "--listen", "127.0.0.1:0"],
        env=os.environ | settings,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
    )
    words = server.stdout.readline().split()
    return server, next(word for word in words if word.startswith("http://")).rstrip("/")
