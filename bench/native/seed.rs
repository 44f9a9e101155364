//! Fills a server's database, while the server is stopped, with files of its one account. All are
//! in the root folder, which is the hardest case for a listing, and all are as large as rows of
//! real files; only the bytes are not sealed, which the server cannot tell. There are no blobs.

use std::error::Error;

use rusqlite::{Connection, params};

/// Files that one commit would have made.
const COMMIT: u32 = 1000;
/// What each file occupies, in bytes.
const SIZE: u32 = 1000;

pub(crate) fn run(database: &str, nodes: u32) -> Result<(), Box<dyn Error>> {
    let mut connection = Connection::open(database)?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA cache_size = -500000;",
    )?;
    let (owner, root, feed): (Vec<u8>, Vec<u8>, i64) =
        connection.query_row("SELECT user_id, root_id, feed FROM vaults", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
    let transaction = connection.transaction()?;
    // Made again afterwards, in one go each, which is several times faster.
    let indexes: Vec<(String, String)> = transaction
        .prepare(
            "SELECT name, sql FROM sqlite_master
             WHERE type = 'index' AND tbl_name IN ('nodes', 'versions') AND sql IS NOT NULL",
        )?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (name, _) in &indexes {
        transaction.execute_batch(&format!("DROP INDEX {name}"))?;
    }
    {
        let mut node = transaction.prepare(
            "INSERT INTO nodes (id, owner_id, parent_id, kind, epoch, wrapped_key, meta_rev, meta, live,
                                version_id, file_size, stored_size, uploaded_at, created_at, updated_at, feed)
             VALUES (?1, ?2, ?3, 0, 1, ?4, 1, ?5, 1, ?6, ?7, ?7, ?8, ?8, ?8, ?9)",
        )?;
        let mut version = transaction.prepare(
            "INSERT INTO versions (id, node_id, seq, wrapped_key, record, blob_id, size, created_at)
             VALUES (?1, ?2, 1, ?3, ?4, ?5, ?6, ?7)",
        )?;
        let mut random = Random(u64::from(nodes));
        for index in 0..nodes {
            let id = ordered_id(index, nodes, &mut random);
            let (version_id, blob_id) = (
                ordered_id(index, nodes, &mut random),
                ordered_id(index, nodes, &mut random),
            );
            let time = 1_700_000_000_000 + i64::from(index);
            let wrapped = random.bytes(104);
            node.execute(params![
                &id[..],
                owner,
                root,
                wrapped,
                random.bytes(200),
                &version_id[..],
                SIZE,
                time,
                feed + 1 + i64::from(index / COMMIT)
            ])?;
            let record = random.bytes(250);
            version.execute(params![
                &version_id[..],
                &id[..],
                wrapped,
                record,
                &blob_id[..],
                SIZE,
                time
            ])?;
        }
    }
    for (_, sql) in &indexes {
        transaction.execute_batch(sql)?;
    }
    transaction.execute(
        "UPDATE users SET files = files + ?2, live_files = live_files + ?2, used = used + ?3 WHERE id = ?1",
        params![owner, nodes, i64::from(nodes) * i64::from(SIZE)],
    )?;
    transaction.execute(
        "UPDATE vaults SET feed = ?2 WHERE user_id = ?1",
        params![owner, feed + 1 + i64::from(nodes.div_ceil(COMMIT))],
    )?;
    transaction.commit()?;
    connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?;
    Ok(())
}

/// A random UUID, but in ascending order: rows are then appended instead of put in between.
fn ordered_id(index: u32, of: u32, random: &mut Random) -> [u8; 16] {
    let step = u64::MAX / u64::from(of);
    let first = step * u64::from(index) + random.next() % step;
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&first.to_be_bytes());
    bytes[8..].copy_from_slice(&random.next().to_be_bytes());
    uuid::Builder::from_random_bytes(bytes)
        .into_uuid()
        .into_bytes()
}

/// SplitMix64: the same rows each time, and nothing in them that compresses.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn bytes(&mut self, length: usize) -> Vec<u8> {
        let mut bytes: Vec<u8> = (0..length.div_ceil(8))
            .flat_map(|_| self.next().to_le_bytes())
            .collect();
        bytes.truncate(length);
        bytes
    }
}
