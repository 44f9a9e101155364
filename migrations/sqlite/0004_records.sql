-- What an account keeps in the database besides its files: sealed records of all kinds, every
-- head that ever was, commits and tombstones. In bytes, with a share for the rows themselves.
ALTER TABLE users ADD COLUMN records INTEGER NOT NULL DEFAULT 0;
UPDATE users SET records =
    (SELECT COALESCE(SUM(LENGTH(n.meta) + LENGTH(n.wrapped_key) + 256), 0)
     FROM nodes n WHERE n.owner_id = users.id)
  + (SELECT COALESCE(SUM(LENGTH(h.sealed) + 256), 0)
     FROM heads h JOIN nodes n ON n.id = h.node_id WHERE n.owner_id = users.id)
  + (SELECT COALESCE(SUM(LENGTH(v.record) + LENGTH(v.wrapped_key) + 256), 0)
     FROM versions v JOIN nodes n ON n.id = v.node_id WHERE n.owner_id = users.id)
  + (SELECT COUNT(*) * 256 FROM tombstones t WHERE t.owner_id = users.id)
  + (SELECT COUNT(*) * 256 FROM commits c WHERE c.user_id = users.id);
