-- Ids are the 16 bytes of a UUID, times are milliseconds since 1970, booleans
-- are 0 or 1. What is sealed is a BLOB that the server never looks into.

CREATE TABLE users (
    id            BLOB    NOT NULL PRIMARY KEY,
    email         TEXT    NOT NULL UNIQUE,
    role          TEXT    NOT NULL,
    active        INTEGER NOT NULL DEFAULT 1,
    username      TEXT,
    first_name    TEXT,
    last_name     TEXT,
    -- What the client derives from the password, through Argon2id once more.
    password_hash TEXT    NOT NULL,
    salt          TEXT    NOT NULL,
    kdf           TEXT,
    created_at    INTEGER NOT NULL,
    last_login_at INTEGER,
    quota         INTEGER NOT NULL,
    -- Stored bytes, and bytes that uploads under way have been promised.
    used          INTEGER NOT NULL DEFAULT 0,
    reserved      INTEGER NOT NULL DEFAULT 0,
    -- All files, and those that are not in the trash.
    files         INTEGER NOT NULL DEFAULT 0,
    live_files    INTEGER NOT NULL DEFAULT 0
) STRICT;

-- An account without a row here is bare: it has no keys.
CREATE TABLE vaults (
    user_id       BLOB    NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    format        INTEGER NOT NULL,
    identity      BLOB    NOT NULL,
    wrapped_key   BLOB    NOT NULL,
    recovery_key  BLOB    NOT NULL,
    recovery_auth TEXT    NOT NULL,
    state_epoch   INTEGER NOT NULL,
    state         BLOB    NOT NULL,
    pins_epoch    INTEGER NOT NULL,
    pins          BLOB    NOT NULL,
    root_id       BLOB    NOT NULL UNIQUE,
    -- The number of the last entry in the account's change feed.
    feed          INTEGER NOT NULL
) STRICT;

CREATE TABLE sessions (
    id         BLOB    NOT NULL PRIMARY KEY,
    user_id    BLOB    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- 0: refresh token in the body, 1: in a cookie.
    kind       INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    -- When it ends unless it is refreshed before.
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- Hashes of refresh tokens; those that were replaced stay, to notice a thief.
CREATE TABLE refresh_tokens (
    hash        BLOB    NOT NULL PRIMARY KEY,
    session_id  BLOB    NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    replaced_at INTEGER
) STRICT;
CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);

CREATE TABLE nodes (
    id               BLOB    NOT NULL PRIMARY KEY,
    owner_id         BLOB    NOT NULL,
    parent_id        BLOB,
    -- 0: file, 1: folder.
    kind             INTEGER NOT NULL,
    epoch            INTEGER NOT NULL,
    wrapped_key      BLOB    NOT NULL,
    meta_rev         INTEGER NOT NULL,
    meta             BLOB    NOT NULL,
    trashed_at       INTEGER,
    -- 1 when neither it nor a folder above it is in the trash.
    live             INTEGER NOT NULL,
    version_id       BLOB,
    -- Bytes of the newest version, and of all versions.
    file_size        INTEGER NOT NULL DEFAULT 0,
    stored_size      INTEGER NOT NULL DEFAULT 0,
    uploaded_at      INTEGER NOT NULL DEFAULT 0,
    last_accessed_at INTEGER,
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL,
    -- The current head of a folder, and where in the feed it moved.
    head_seq         INTEGER,
    head_feed        INTEGER,
    -- Where in the feed the node last changed.
    feed             INTEGER NOT NULL
) STRICT;
CREATE INDEX nodes_children ON nodes (parent_id, id);
CREATE INDEX nodes_feed ON nodes (owner_id, feed);
CREATE INDEX nodes_head_feed ON nodes (owner_id, head_feed) WHERE head_feed IS NOT NULL;
CREATE INDEX nodes_uploaded ON nodes (owner_id, live, kind, uploaded_at, id);
CREATE INDEX nodes_file_size ON nodes (owner_id, live, kind, file_size, id);
CREATE INDEX nodes_stored_size ON nodes (owner_id, kind, stored_size, id);

-- Purged nodes: their ids are never used again. Only the top of what was purged
-- has a place in the feed; what was below it went with it.
CREATE TABLE tombstones (
    id        BLOB    NOT NULL PRIMARY KEY,
    owner_id  BLOB    NOT NULL,
    parent_id BLOB,
    kind      INTEGER NOT NULL,
    purged_at INTEGER NOT NULL,
    feed      INTEGER
) STRICT;
CREATE INDEX tombstones_feed ON tombstones (owner_id, feed) WHERE feed IS NOT NULL;

CREATE TABLE versions (
    id          BLOB    NOT NULL PRIMARY KEY,
    node_id     BLOB    NOT NULL,
    seq         INTEGER NOT NULL,
    wrapped_key BLOB    NOT NULL,
    record      BLOB    NOT NULL,
    blob_id     BLOB    NOT NULL UNIQUE,
    size        INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    UNIQUE (node_id, seq)
) STRICT;

-- Ids of versions that are gone: never used again.
CREATE TABLE spent_versions (
    id BLOB NOT NULL PRIMARY KEY
) STRICT;

-- Blobs whose last name was taken away, until they are deleted.
CREATE TABLE doomed_blobs (
    id BLOB NOT NULL PRIMARY KEY
) STRICT;

-- Every head that a folder ever had.
CREATE TABLE heads (
    node_id BLOB    NOT NULL,
    seq     INTEGER NOT NULL,
    sealed  BLOB    NOT NULL,
    PRIMARY KEY (node_id, seq)
) STRICT;

CREATE TABLE acls (
    node_id BLOB    NOT NULL,
    seq     INTEGER NOT NULL,
    sealed  BLOB    NOT NULL,
    PRIMARY KEY (node_id, seq)
) STRICT;

-- Staged uploads. The blob that an upload becomes has the upload's id.
CREATE TABLE uploads (
    id         BLOB    NOT NULL PRIMARY KEY,
    owner_id   BLOB    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    length     INTEGER NOT NULL,
    received   INTEGER NOT NULL,
    metadata   TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX uploads_owner ON uploads (owner_id);
CREATE INDEX uploads_expiry ON uploads (expires_at);

-- Commits with their answers, for those who ask again.
CREATE TABLE commits (
    user_id       BLOB    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    id            BLOB    NOT NULL,
    feed          INTEGER NOT NULL,
    storage_used  INTEGER NOT NULL,
    storage_limit INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    PRIMARY KEY (user_id, id)
) STRICT;
