-- Accounts without keys have nodes too: their own string is in meta, what else
-- they say of a file is here, a JSON object of strings. NULL in a vault.
ALTER TABLE nodes ADD COLUMN bare_metadata TEXT;

-- Listings sorted by name. The beginning is enough to find a page quickly.
CREATE INDEX nodes_name ON nodes (owner_id, live, kind, substr(meta, 1, 64), id);
CREATE INDEX nodes_top ON nodes (owner_id, uploaded_at, id) WHERE parent_id IS NULL;
CREATE INDEX nodes_trashed ON nodes (owner_id, trashed_at, id) WHERE trashed_at IS NOT NULL;
