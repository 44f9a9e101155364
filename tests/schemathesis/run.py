"""run.py SERVER [bare|vault]: lets Schemathesis loose on a real server, as a bare account and as a vault.

It makes requests of the OpenAPI document, good ones and bad ones, and checks that no answer is
a server error or anything that the document does not say. The seed is fixed, so that a failure
can be seen again; EXAMPLES sets how many requests are made of each operation.
"""

import base64
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import uuid

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
from servers import HASH, registration, sealed, start  # noqa: E402

DOCUMENT = HERE.parent.parent / "docs/openapi.json"
#: What an account without keys does not have.
VAULTS_ONLY = {
    "GET /api/v1/changes",
    "GET /api/v1/files/{id}/thumbnail",
    "GET /api/v1/folders/{id}/heads",
    "GET /api/v1/user/keys",
    "HEAD /api/v1/uploads/{id}",
}
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "ignored_auth",
    "code_goes_with_status",
]


class Account:
    """Somebody with a few things of each kind."""

    def __init__(self, base, email, vault):
        self.base = base
        self.token = None
        body = registration(email, vault)
        self.send("POST", "/auth/register", body)
        self.login = {"email": email, "password_hash": HASH}
        self.token = self.send("POST", "/auth/login", self.login)["access_token"]
        other = self.send("POST", "/auth/login", self.login)["access_token"]
        ids = {}
        if vault:
            ids["/uploads"] = [self.upload(b"", 10), self.upload(b"all", 3)]
            self.root = body["keys"]["root"]["id"]
            self.seq = 1
            ids["/files"] = [self.commit_file(n) for n in range(4)]
            ids["/folders"] = [self.root]
            ids["/users"] = [body["user_id"]]
        else:
            ids["/files"] = [self.upload_file(n) for n in range(4)]
            ids["/folders"] = ["root"]
        ids["/user/sessions"] = [json.loads(base64.urlsafe_b64decode(other.split(".")[1] + "=="))["sid"]]
        self.ids = ids
        details = [self.send("GET", "/files/" + file) for file in ids["/files"]]
        self.versions = {file["id"]: file["versions"][0]["id"] for file in details}

    def send(self, method, path, body=None, headers=None):
        headers = dict(headers or {})
        if isinstance(body, dict):
            body = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        if self.token:
            headers["Authorization"] = "Bearer " + self.token
        request = urllib.request.Request(self.base + path, body, headers, method=method)
        with urllib.request.urlopen(request) as answer:
            self.location = answer.headers.get("Location")
            text = answer.read()
        return json.loads(text).get("data") if text else None

    def upload(self, content, length):
        headers = {"Tus-Resumable": "1.0.0", "Upload-Length": str(length)}
        if content:
            headers["Content-Type"] = "application/offset+octet-stream"
        self.send("POST", "/uploads", content, headers)
        return self.location.rsplit("/", 1)[1]

    def commit_file(self, number):
        node = str(uuid.uuid4())
        create = {
            "type": "create",
            "id": node,
            "parent": self.root,
            "kind": "file",
            "wrapped_key": sealed(104),
            "metadata": {"rev": 1, "sealed": sealed(200)},
            "version": {
                "id": str(uuid.uuid4()),
                "wrapped_key": sealed(104),
                "record": sealed(200),
                "upload": self.upload(b"sealed bytes"[number:], 12 - number),
                "thumbnail": 5,
            },
        }
        head = {"node": self.root, "expected_seq": self.seq, "seq": self.seq + 1, "sealed": sealed(400)}
        self.seq += 1
        self.send("POST", "/commits", {"id": str(uuid.uuid4()), "changes": [create], "heads": [head]})
        return node

    def upload_file(self, number):
        edge = "between-the-parts"
        fields = {"encrypted_filename": f"name {number}", "encrypted_metadata": "{}", "file_size": "5"}
        form = "".join(
            f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
        )
        form += f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="blob"\r\n\r\nbytes\r\n--{edge}--\r\n'
        headers = {"Content-Type": f"multipart/form-data; boundary={edge}"}
        return self.send("POST", "/files/upload", form.encode(), headers)["file_id"]


def operations():
    """All operations of the document, as `GET /path`."""
    document = json.loads(DOCUMENT.read_text())
    return {f"{method.upper()} {path}" for path, item in document["paths"].items() for method in item}


def check(binary, kind):
    """Whether everything held, and what was said."""
    with tempfile.TemporaryDirectory(prefix="strongroom-schema-") as folder:
        server, url = start(binary, folder)
        try:
            account = Account(url + "/api/v1", f"{kind}@example.org", kind == "vault")
            command = [
                str(pathlib.Path(sys.executable).parent / "schemathesis"),
                "--config-file",
                str(HERE / "schemathesis.toml"),
                "run",
                str(DOCUMENT),
                "--url",
                url,
                "--checks",
                ",".join(CHECKS),
                "--seed",
                "1",
                "--max-examples",
                os.environ.get("EXAMPLES", "25"),
            ]
            known = {
                "SCHEMATHESIS_HOOKS": str(HERE / "hooks.py"),
                "SCHEMA_KNOWN": json.dumps(account.ids),
                "SCHEMA_TOKEN": account.token,
                "SCHEMA_VERSIONS": json.dumps(account.versions),
                "SCHEMA_LOGIN": json.dumps({"url": account.base + "/auth/login", "body": account.login}),
                "SCHEMA_BODIES": json.dumps(
                    {
                        "POST /api/v1/auth/login": account.login,
                        "POST /api/v1/auth/register": registration("RANDOM@example.org", False),
                    }
                ),
                "SCHEMA_REACHED": folder + "/reached",
                "PYTHONDONTWRITEBYTECODE": "1",
            }
            # What it writes down for itself goes with the folder.
            done = subprocess.run(command, env=os.environ | known, cwd=folder, capture_output=True, text=True)
            said = done.stdout + done.stderr
            # The session must have lasted, or most of it was about missing tokens.
            try:
                account.send("GET", "/auth/verify")
            except urllib.error.HTTPError as error:
                return False, f"{said}\nThe session did not last: {error}"
            reached = set(pathlib.Path(folder, "reached").read_text().splitlines())
            # What changes something may need more than can be guessed; what reads may not.
            reading = {name for name in operations() if name.startswith(("GET", "HEAD"))}
            never = reading - reached - (set() if kind == "vault" else VAULTS_ONLY)
            if never:
                return False, f"{said}\nThese never succeeded: {sorted(never)}"
            return done.returncode == 0, said
        finally:
            server.terminate()
            server.wait()


def main():
    binary = os.path.abspath(sys.argv[1])
    kinds = sys.argv[2:] or ["bare", "vault"]
    with concurrent.futures.ThreadPoolExecutor() as pool:
        results = list(pool.map(lambda kind: check(binary, kind), kinds))
    for kind, (held, said) in zip(kinds, results):
        if held:
            print(f"{kind} account: {said.strip().splitlines()[-1].strip('= ')}")
        else:
            print(f"{kind} account:\n{said}", file=sys.stderr)
    sys.exit(0 if all(held for held, _ in results) else 1)


main()
