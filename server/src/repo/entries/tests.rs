use uuid::Uuid;

use super::*;
use crate::db::Db;

const OWNER: UserId = UserId(Uuid::from_u128(9));
/// Whose files stand between those.
const OTHER: UserId = UserId(Uuid::from_u128(8));
const COUNT: u64 = 2 * FAR + 1001;

/// Many files with equal times and sizes among them, and some that are no live files.
const FILES: &str = "
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2 + 10)
    INSERT INTO nodes (id, owner_id, kind, epoch, wrapped_key, meta_rev, meta, live, file_size,
                       uploaded_at, created_at, updated_at, feed)
    SELECT unhex(printf('%08x0000400%d8000%012x', i * 2654435761 % 4294967296, ?3, i)), ?1, 0, 0, x'', 1,
           CAST(printf('name %d', i * 7919 % 1000) AS BLOB), i <= ?2, i * 31 % 100, i / 3, 0, 0, i
    FROM n";

#[tokio::test]
async fn every_page_is_what_stands_there() {
    let dir = tempfile::tempdir().unwrap();
    let db = Db::open(&dir.path().join("db")).unwrap();
    let owner = blob(OWNER.as_bytes());
    db.write::<_, DbError, _>(move |c| {
        c.execute(FILES, &[owner, int(COUNT), int(0_u8)])?;
        c.execute(FILES, &[blob(OTHER.as_bytes()), int(COUNT), int(1_u8)])?;
        c.execute(
            "INSERT INTO users (id, email, role, password_hash, salt, created_at, quota, live_files)
             VALUES (?1, 'a@b.c', 'user', 'h', 's', 0, 0, ?2)",
            &[owner, int(COUNT)],
        )
    })
    .await
    .unwrap();
    for sort_by in [
        SortBy::UploadedAt,
        SortBy::FileSize,
        SortBy::EncryptedFilename,
    ] {
        for descending in [false, true] {
            let all = ALL[2 * sort_by as usize + usize::from(descending)];
            for offset in [
                0,
                FAR - 1,
                FAR,
                COUNT / 2,
                COUNT / 2 + 1,
                COUNT - FAR - 7,
                COUNT - FAR,
                COUNT - 8,
                COUNT - 7,
                COUNT - 3,
                COUNT,
            ] {
                let wanted = Page {
                    scope: Scope::AllFiles,
                    trashed: false,
                    sort_by,
                    descending,
                    limit: 7,
                    offset,
                };
                let (found, expected) = db
                    .read::<_, DbError, _>(move |c| {
                        let (found, total) = page(c, OWNER, &wanted)?;
                        assert_eq!(total, COUNT);
                        for row in &found {
                            assert_eq!(row.id.as_bytes()[7], 0, "of another account");
                        }
                        let rows = c.query(all, &[owner, int(7_u64), int(offset)])?;
                        Ok((found, rows))
                    })
                    .await
                    .unwrap();
                let found: Vec<_> = found.into_iter().map(|row| row.id).collect();
                let expected: Vec<NodeId> = expected
                    .into_iter()
                    .map(|mut row| row.take(0).unwrap())
                    .collect();
                assert_eq!(found, expected, "{wanted:?}");
                assert_eq!(found.len() as u64, 7.min(COUNT - offset));
            }
        }
    }
}
