use uuid::Uuid;

use super::*;
use crate::db::Db;
use crate::repo::sessions::{self, NewSession};
use crate::repo::users::{self, NewUser};
use crate::secrets::Secrets;

const START: i64 = 1_000_000;

struct Fixture {
    _dir: tempfile::TempDir,
    db: Db,
    key: MacKey,
}

impl Fixture {
    async fn new(first: &RefreshToken) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::open(&dir.path().join("db")).unwrap();
        let hash = first.hash();
        db.write::<_, DbError, _>(move |c| {
            let user = NewUser {
                id: UserId(Uuid::from_u128(1)),
                email: "a@b.c",
                username: None,
                first_name: None,
                last_name: None,
                password_hash: "h",
                salt: "s",
                kdf: None,
                created_at: START,
                quota: 1,
            };
            assert!(users::insert(c, &user)?);
            let session = SessionId(Uuid::from_u128(2));
            let new = NewSession {
                id: session,
                user: user.id,
                cookie: false,
                now: START,
                expires_at: START + IDLE,
                user_agent: None,
                address: None,
            };
            sessions::insert(c, &new, 10)?;
            sessions::insert_token(c, &hash, session)
        })
        .await
        .unwrap();
        Self {
            _dir: dir,
            db,
            key: Secrets::derive(b"secret").refresh,
        }
    }

    async fn rotate(&self, token: &RefreshToken, now: i64) -> Rotation {
        self.present(token, false, now).await
    }

    async fn present(&self, token: &RefreshToken, in_cookie: bool, now: i64) -> Rotation {
        let token = Presented {
            hash: token.hash(),
            successor: token.successor(&self.key).hash(),
            in_cookie,
            now,
            address: None,
        };
        self.db
            .write::<_, DbError, _>(move |c| rotate(c, &token))
            .await
            .unwrap()
    }
}

fn rotated(rotation: &Rotation) -> bool {
    matches!(rotation, Rotation::Rotated { .. })
}

#[tokio::test]
async fn asking_twice_gives_the_same_successor() {
    let first = RefreshToken::generate();
    let fixture = Fixture::new(&first).await;
    assert!(rotated(&fixture.rotate(&first, START).await));
    assert!(rotated(&fixture.rotate(&first, START + GRACE).await));
    let second = first.successor(&fixture.key);
    assert_eq!(second.encode(), first.successor(&fixture.key).encode());
    assert!(rotated(&fixture.rotate(&second, START + GRACE + 1).await));
}

#[tokio::test]
async fn an_old_token_ends_the_session() {
    let first = RefreshToken::generate();
    let fixture = Fixture::new(&first).await;
    fixture.rotate(&first, START).await;
    let second = first.successor(&fixture.key);
    assert_eq!(
        fixture.rotate(&first, START + GRACE + 1).await,
        Rotation::Reused
    );
    assert_eq!(
        fixture.rotate(&second, START + GRACE + 2).await,
        Rotation::Refused
    );
    assert_eq!(
        fixture.rotate(&first, START + GRACE + 3).await,
        Rotation::Refused
    );
}

#[tokio::test]
async fn sessions_end_when_idle_and_in_any_case_after_a_while() {
    let mut token = RefreshToken::generate();
    let fixture = Fixture::new(&token).await;
    assert_eq!(
        fixture.rotate(&token, START + IDLE).await,
        Rotation::Refused
    );
    let mut now = START;
    loop {
        now += IDLE - 1;
        match fixture.rotate(&token, now).await {
            Rotation::Rotated { expires_at, .. } => assert!(expires_at <= START + LONGEST),
            rotation => {
                assert_eq!(rotation, Rotation::Refused);
                break;
            }
        }
        token = token.successor(&fixture.key);
    }
    assert!(now > START + LONGEST - IDLE);
    assert_eq!(
        fixture.rotate(&RefreshToken::generate(), START).await,
        Rotation::Refused
    );
}

#[test]
fn tokens_are_read_back() {
    let token = RefreshToken::generate();
    let text = token.encode();
    assert!(text.starts_with("srr_"));
    assert_eq!(RefreshToken::parse(&text).unwrap().hash(), token.hash());
    for bad in ["", "srr_", "srr_AAAA", &text[1..]] {
        assert!(RefreshToken::parse(bad).is_none());
    }
}

#[tokio::test]
async fn an_account_has_so_many_sessions_and_no_more() {
    let first = RefreshToken::generate();
    let fixture = Fixture::new(&first).await;
    let user = UserId(Uuid::from_u128(1));
    let left = fixture
        .db
        .write::<_, DbError, _>(move |c| {
            for n in 0..5 {
                let new = NewSession {
                    id: SessionId(Uuid::from_u128(100 + n)),
                    user,
                    cookie: false,
                    now: START + 1 + i64::try_from(n).unwrap(),
                    expires_at: START + IDLE,
                    user_agent: None,
                    address: None,
                };
                sessions::insert(c, &new, 3)?;
            }
            sessions::list(c, user, START + 10)
        })
        .await
        .unwrap();
    let left: Vec<_> = left.iter().map(|row| row.id.0.as_u128()).collect();
    assert_eq!(left, [104, 103, 102], "those that were used last");
    assert_eq!(
        fixture.rotate(&first, START + 10).await,
        Rotation::Refused,
        "the oldest has ended"
    );
}

#[tokio::test]
async fn a_token_from_the_wrong_place_is_refused_and_stays_as_it_was() {
    let first = RefreshToken::generate();
    let fixture = Fixture::new(&first).await;
    assert_eq!(
        fixture.present(&first, true, START).await,
        Rotation::Refused
    );
    // Had it been replaced then, this would be a thief's.
    let later = START + 2 * GRACE;
    assert!(rotated(&fixture.rotate(&first, later).await));
    // A copy that turns up late ends the session, wherever it turns up.
    let latest = later + 2 * GRACE;
    let stolen = fixture.present(&first, true, latest).await;
    assert_eq!(stolen, Rotation::Reused);
    let second = first.successor(&fixture.key);
    assert_eq!(fixture.rotate(&second, latest).await, Rotation::Refused);
}
