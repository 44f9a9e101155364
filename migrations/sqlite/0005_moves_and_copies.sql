-- Several versions may have the same stored bytes, so a blob's id is no longer one version's alone;
-- and the last bytes of a blob may be a sealed thumbnail. SQLite can only make the table anew.
CREATE TABLE versions_of_files (
    id          BLOB    NOT NULL PRIMARY KEY,
    node_id     BLOB    NOT NULL,
    seq         INTEGER NOT NULL,
    wrapped_key BLOB    NOT NULL,
    record      BLOB    NOT NULL,
    blob_id     BLOB    NOT NULL,
    size        INTEGER NOT NULL,
    thumbnail   INTEGER NOT NULL DEFAULT 0,
    created_at  INTEGER NOT NULL,
    UNIQUE (node_id, seq)
) STRICT;
INSERT INTO versions_of_files (id, node_id, seq, wrapped_key, record, blob_id, size, created_at)
    SELECT id, node_id, seq, wrapped_key, record, blob_id, size, created_at
    FROM versions ORDER BY node_id, seq;
DROP TABLE versions;
ALTER TABLE versions_of_files RENAME TO versions;
CREATE INDEX versions_blob ON versions (blob_id);

-- 1 when it was in another folder before. Whoever knows it there would not miss it when the
-- folder that it is in now is purged, so the change feed tells of it.
ALTER TABLE nodes ADD COLUMN moved INTEGER NOT NULL DEFAULT 0;
