"""What Schemathesis cannot know: ids of things that exist, and which requests end the session
that all others go by."""

import base64
import hashlib
import json
import os
import pathlib
import re
import urllib.request

import schemathesis

#: By the beginning of a path: the ids of things that the account has.
KNOWN = json.loads(os.environ["SCHEMA_KNOWN"])
#: A version of each file.
VERSIONS = json.loads(os.environ["SCHEMA_VERSIONS"])
#: How to sign in.
LOGIN = json.loads(os.environ["SCHEMA_LOGIN"])
#: Bodies that are right, by operation.
BODIES = json.loads(os.environ["SCHEMA_BODIES"])
#: The guide's statuses, by error code.
GUIDE = (pathlib.Path(__file__).parent / "../../docs/API.md").read_text()
STATUSES = {code: int(status) for code, status in re.findall(r"^\| `([A-Z_]+)` \| (\d+) \|", GUIDE, re.M)}


def known_ids(path):
    for beginning, ids in KNOWN.items():
        if path.startswith("/api/v1" + beginning):
            return ids
    return []


def halves(ids):
    """What is left alone, and what may be deleted: one half each, if there are two."""
    middle = (len(ids) + 1) // 2
    return ids[:middle], ids[middle:] or ids


def chosen(value, count):
    """Which of `count` things a generated value stands for: always the same one."""
    return hashlib.sha256(repr(value).encode()).digest()[0] % count


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Three ids of four are those of something that exists."""
    ids = known_ids(context.operation.path)
    kept, victims = halves(ids)
    ids = victims if context.operation.method == "delete" else kept
    if ids and path_parameters and "id" in path_parameters:
        choice = chosen(path_parameters["id"], len(ids) + 1)
        if choice < len(ids):
            path_parameters["id"] = ids[choice]
            if "version" in path_parameters:
                path_parameters["version"] = VERSIONS[ids[choice]]
    return path_parameters


@schemathesis.hook
def map_query(context, query):
    """Every other time without: most parameters are optional, and wrong ones hide the rest."""
    return {} if query and chosen(query, 2) == 0 and context.operation.method == "get" else query


@schemathesis.hook
def map_headers(context, headers):
    """tus has one version, and uploads are short."""
    if headers and "/uploads" in context.operation.path and chosen(headers, 4) != 0:
        for name, value in {"Tus-Resumable": "1.0.0", "Upload-Length": "3", "Upload-Offset": "0"}.items():
            if name in headers:
                headers[name] = value
    return headers


@schemathesis.hook
def map_body(context, body):
    """Some bodies are right in a way that only somebody with an account can know."""
    if context.operation.path.endswith("/uploads/batch") and chosen(body, 2) == 0:
        return (3).to_bytes(4, "big") + b"abc"
    good = BODIES.get(context.operation.label)
    if good is None or not isinstance(body, dict) or chosen(body, 3) != 0:
        return body
    return {name: value.replace("RANDOM", str(chosen(body, 256))) for name, value in good.items()}


@schemathesis.hook
def before_call(context, case, kwargs):
    """Ids are also taken from answers: our own session and what is read must not go."""
    parameters = case.path_parameters
    if case.operation.method != "delete" or not parameters or "id" not in parameters:
        return
    kept, victims = halves(known_ids(case.operation.path))
    if victims and parameters["id"] in [*kept, session_of(os.environ["SCHEMA_TOKEN"])]:
        parameters["id"] = victims[0]


@schemathesis.hook
def after_call(context, case, response):
    """Writes down which operations have succeeded."""
    if response.status_code < 400:
        with open(os.environ["SCHEMA_REACHED"], "a") as reached:
            print(case.operation.label, file=reached)


@schemathesis.check
def code_goes_with_status(context, response, case):
    """An error has the status that the guide gives for its code."""
    if response.status_code < 400 or response.request.method == "HEAD":
        return
    code = response.json()["error"]["code"]
    # What HTTP and tus prescribe when a header says what must be the case.
    conditional = "/uploads" in case.operation.path or "If-Match" in response.request.headers
    statuses = {STATUSES[code], 412} if conditional else {STATUSES[code]}
    assert response.status_code in statuses, f"{code} with {response.status_code}"


# tus' name for bytes.
schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
# Many small things in one body, which is bytes, too.
schemathesis.serializer.alias("application/vnd.strongroom.batch", "application/octet-stream")


def session_of(token):
    """The session that an access token belongs to."""
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=="))["sid"]


def sign_in():
    request = urllib.request.Request(
        LOGIN["url"],
        data=json.dumps(LOGIN["body"]).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["data"]["access_token"]


@schemathesis.auth()
class Session:
    """The account's session; what ends a session gets one of its own."""

    def get(self, case, context):
        return os.environ["SCHEMA_TOKEN"]

    def set(self, case, data, context):
        if case.operation.path == "/api/v1/auth/logout":
            data = sign_in()
        case.headers["Authorization"] = "Bearer " + data
