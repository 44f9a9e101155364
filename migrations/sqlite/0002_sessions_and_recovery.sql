-- What an account's owner sees of its sessions.
ALTER TABLE sessions ADD COLUMN last_used_at INTEGER NOT NULL DEFAULT 0;
-- As the client that signed in called itself.
ALTER TABLE sessions ADD COLUMN user_agent TEXT;
-- From where it last signed in or refreshed; NULL where the operator keeps none.
ALTER TABLE sessions ADD COLUMN address TEXT;
UPDATE sessions SET last_used_at = created_at;

-- A small sealed picture.
ALTER TABLE users ADD COLUMN avatar BLOB;

-- Hashes of what whoever proved to have an account's recovery phrase may finish with, once.
CREATE TABLE recovery_tokens (
    hash       BLOB    NOT NULL PRIMARY KEY,
    user_id    BLOB    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX recovery_tokens_user ON recovery_tokens (user_id);
CREATE INDEX recovery_tokens_expiry ON recovery_tokens (expires_at);
