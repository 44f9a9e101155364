"""run.py SERVER: other people's tus clients against a real server, through a connection that can be cut.

tuspy and aiotus run here, tus-js-client in Node.js (clients.mjs). What was uploaded is committed
and downloaded again: a client that believes it is done must be right.
"""

import asyncio
import base64
import contextlib
import io
import json
import logging
import os
import pathlib
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
import uuid

import aiotus
import requests
from tusclient import client as tuspy
from tusclient.exceptions import TusCommunicationError, TusUploadFailed

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
from servers import HASH, registration, sealed, start  # noqa: E402

MIB = 1024 * 1024
TUS = {"Tus-Resumable": "1.0.0"}


class Cutter:
    """Passes connections on, and cuts one off after so many bytes of the client's, when told to."""

    def __init__(self, url):
        self.target = url.removeprefix("http://").split(":")
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = "http://127.0.0.1:%d" % self.listener.getsockname()[1]
        self.cut_after = None
        self.cuts = 0
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                inside, _ = self.listener.accept()
                outside = socket.create_connection((self.target[0], int(self.target[1])))
                for ends in [(inside, outside, True), (outside, inside, False)]:
                    threading.Thread(target=self.pass_on, args=ends, daemon=True).start()

    def pass_on(self, source, target, counted):
        with contextlib.suppress(OSError):
            while data := source.recv(64 * 1024):
                if counted and self.cut_after is not None:
                    self.cut_after -= len(data)
                    if self.cut_after < 0:
                        self.cut_after = None
                        self.cuts += 1
                        break
                target.sendall(data)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


class Vault:
    """A signed-in account with keys; only such accounts have uploads."""

    def __init__(self, url, email):
        self.base = url + "/api/v1"
        self.headers = {}
        body = registration(email, True)
        self.root, self.seq = body["keys"]["root"]["id"], 1
        self.send("POST", "/auth/register", body)
        token = self.send("POST", "/auth/login", {"email": email, "password_hash": HASH})["access_token"]
        self.token = token
        self.headers = {"Authorization": "Bearer " + token}

    def send(self, method, path, body):
        headers = {"Content-Type": "application/json"} | self.headers
        request = urllib.request.Request(self.base + path, json.dumps(body).encode(), headers, method=method)
        with urllib.request.urlopen(request) as answer:
            return json.loads(answer.read()).get("data")

    def bytes_of(self, location):
        """Makes a file of an upload and downloads it."""
        node = str(uuid.uuid4())
        version = {"id": str(uuid.uuid4()), "wrapped_key": sealed(104), "record": sealed(200)}
        create = {
            "type": "create",
            "id": node,
            "parent": self.root,
            "kind": "file",
            "wrapped_key": sealed(104),
            "metadata": {"rev": 1, "sealed": sealed(200)},
            "version": version | {"upload": location.rsplit("/", 1)[1]},
        }
        head = {"node": self.root, "expected_seq": self.seq, "seq": self.seq + 1, "sealed": sealed(400)}
        self.send("POST", "/commits", {"id": str(uuid.uuid4()), "changes": [create], "heads": [head]})
        self.seq += 1
        request = urllib.request.Request(f"{self.base}/files/{node}/content", headers=self.headers)
        with urllib.request.urlopen(request) as answer:
            return answer.read()

    def storage(self):
        """Used and available bytes."""
        request = urllib.request.Request(self.base + "/user/storage", headers=self.headers)
        with urllib.request.urlopen(request) as answer:
            data = json.loads(answer.read())["data"]
        return data["used"], data["available"]

    def status(self, location):
        """What a question about an upload is answered with."""
        return requests.head(location, headers=TUS | self.headers).status_code


def equal(found, expected, what):
    if found != expected:
        raise AssertionError(f"{what}: {found!r} instead of {expected!r}")


def same_bytes(found, expected, what):
    if found != expected:
        raise AssertionError(f"{what}: other bytes than were sent ({len(found)} of {len(expected)})")


def check_tuspy(vault, wire):
    """Creates with empty metadata, resumes, checksums, and what is refused."""
    endpoint = wire.url + "/api/v1/uploads"
    client = tuspy.TusClient(endpoint, headers=vault.headers)
    data = random.randbytes(3 * MIB + 17)

    # It sends an empty Upload-Metadata when there is none.
    uploader = client.uploader(file_stream=io.BytesIO(data), chunk_size=MIB, upload_checksum=True)
    equal(uploader.get_url_creation_headers()["upload-metadata"], "", "what tuspy sends")
    uploader.upload_chunk()
    equal(uploader.offset, MIB, "the offset after a part")
    equal(uploader.url.startswith(endpoint + "/"), True, f"an absolute Location below {endpoint}")
    # Another process goes on where the first one stopped.
    again = client.uploader(file_stream=io.BytesIO(data), url=uploader.url, chunk_size=MIB, upload_checksum=True)
    equal(again.offset, MIB, "where to go on")
    again.upload()
    same_bytes(vault.bytes_of(again.url), data, "tuspy")

    # A cut in the middle of a part: what arrived before it counts, and the rest comes again.
    uploader = client.uploader(
        file_stream=io.BytesIO(data), chunk_size=len(data), retries=5, retry_delay=0.2, metadata={"name": "sealed"}
    )
    uploader.set_url(uploader.create_url())
    cuts, wire.cut_after = wire.cuts, 2 * MIB
    uploader.upload()
    equal(wire.cuts, cuts + 1, "cuts")
    same_bytes(vault.bytes_of(uploader.url), data, "tuspy after a cut")

    # An empty file needs the creation only.
    empty = client.uploader(file_stream=io.BytesIO(b""))
    empty.upload()
    same_bytes(vault.bytes_of(empty.url), b"", "tuspy, an empty file")

    # A wrong checksum: nothing of it is kept.
    wrong = {"Upload-Checksum": "sha1 " + base64.b64encode(bytes(20)).decode()}
    liar = tuspy.TusClient(endpoint, headers=vault.headers | wrong).uploader(file_stream=io.BytesIO(data))
    try:
        liar.upload()
        raise AssertionError("a wrong checksum was accepted")
    except TusUploadFailed as error:
        equal(error.status_code, 460, "the status of a wrong checksum")
    equal(liar.get_offset(), 0, "the offset after a wrong checksum")

    # Terminated: it is gone for everybody.
    ended = requests.delete(liar.url, headers=TUS | vault.headers)
    equal(ended.status_code, 204, "termination")
    equal(vault.status(liar.url), 404, "an upload that was terminated")
    try:
        client.uploader(file_stream=io.BytesIO(data), url=liar.url)
        raise AssertionError("a terminated upload was resumed")
    except TusCommunicationError as error:
        equal(error.status_code, 404, "resuming a terminated upload")


async def aiotus_uploads(vault, wire):
    endpoint = wire.url + "/api/v1/uploads"
    data = random.randbytes(3 * MIB + 17)
    config = aiotus.RetryConfiguration(retry_attempts=6, max_retry_period_seconds=0.5)
    cuts, wire.cut_after = wire.cuts, 2 * MIB
    metadata = {"name": "sealed".encode(), "flag": None}
    location = await aiotus.upload(endpoint, io.BytesIO(data), metadata, config=config, headers=vault.headers)
    equal(wire.cuts, cuts + 1, "cuts")
    equal(location is not None and location.is_absolute(), True, f"an upload has an address: {location}")
    equal(await aiotus.metadata(location, headers=vault.headers), metadata, "the metadata that HEAD gives back")
    same_bytes(vault.bytes_of(str(location)), data, "aiotus after a cut")
    # Parts that are put together by the server are not offered, and so not begun.
    parts = [io.BytesIO(data[:MIB]), io.BytesIO(data[MIB:])]
    before = vault.storage()
    equal(await aiotus.upload_multiple(endpoint, parts, config=config, headers=vault.headers), None, "concatenation")
    equal(vault.storage(), before, "nothing is held for it")


def check_expiration(binary):
    """An upload is gone when its time is over, which every answer names."""
    with running(binary, {"STRONGROOM_UPLOAD_EXPIRY": "2", "STRONGROOM_SWEEP_INTERVAL": "3600"}) as url:
        vault = Vault(url, "late@example.org")
        client = tuspy.TusClient(url + "/api/v1/uploads", headers=vault.headers)
        data = random.randbytes(2 * MIB)
        uploader = client.uploader(file_stream=io.BytesIO(data), chunk_size=MIB)
        uploader.upload_chunk()
        expires = uploader.request.response_headers["upload-expires"]
        equal(expires.endswith(" GMT"), True, f"a date of HTTP: {expires}")
        deadline = time.monotonic() + 60
        while vault.status(uploader.url) == 200 and time.monotonic() < deadline:
            time.sleep(0.2)
        equal(vault.status(uploader.url) in (404, 410), True, "an expired upload is gone")
        try:
            uploader.upload_chunk()
            raise AssertionError("an expired upload was resumed")
        except TusUploadFailed as error:
            equal(error.status_code in (404, 410), True, f"resuming it: {error.status_code}")


@contextlib.contextmanager
def running(binary, settings=()):
    with tempfile.TemporaryDirectory(prefix="strongroom-tus-") as folder:
        server, url = start(binary, folder, settings)
        try:
            yield url
        finally:
            server.terminate()
            server.wait()


def check_tus_js_client(vault, wire, node):
    """In Node.js, which asks for cuts and for what was stored through its standard streams."""
    child = subprocess.Popen(
        [node, str(HERE / "clients.mjs")],
        env=os.environ | {"TUS_ENDPOINT": wire.url + "/api/v1/uploads", "TUS_TOKEN": vault.token},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    done = 0
    for line in child.stdout:
        said = json.loads(line)
        answer = True
        if "cut_after" in said:
            wire.cut_after = said["cut_after"]
        if "stored" in said:
            expected = bytes(n * 31 % 251 for n in range(said["length"]))
            same_bytes(vault.bytes_of(said["stored"]), expected, said["what"])
            done += 1
        child.stdin.write(json.dumps(answer) + "\n")
        child.stdin.flush()
    equal(child.wait(), 0, "clients.mjs ended with")
    equal(done, 3, "uploads of tus-js-client that were stored")


def main():
    binary = os.path.abspath(sys.argv[1])
    # What it says of cuts and of what is refused is wanted here.
    logging.getLogger("aiotus").setLevel(logging.CRITICAL)
    node = shutil.which("node")
    if node is None:
        sys.exit("error: Node.js is missing; tus-js-client runs in it")
    with running(binary) as url:
        vault, wire = Vault(url, "tus@example.org"), Cutter(url)
        check_tuspy(vault, wire)
        print("tuspy: creation, resumption, checksum, termination")
        asyncio.run(aiotus_uploads(vault, wire))
        print("aiotus: creation, metadata, resumption")
        check_tus_js_client(vault, wire, node)
        print("tus-js-client: creation, resumption, termination, what is not offered")
    check_expiration(binary)
    print("tuspy: expiration")


main()
