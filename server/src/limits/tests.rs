use std::net::Ipv4Addr;

use uuid::Uuid;

use super::*;

fn limits() -> Limits {
    Limits {
        registration: None,
        login: Some(Rate::new(2, 10)),
        general: Some(Rate::new(5, 60)),
        uploads: None,
        downloads: None,
        public: None,
        parts: None,
        uploads_in_general: false,
    }
}

#[test]
fn a_window_lets_in_so_many_and_then_starts_again() {
    let limiter = Limiter::new(limits());
    let key = Key::Ip(Ipv4Addr::LOCALHOST.into());
    let take = |now| limiter.take(Kind::Login, key, now).unwrap();
    assert_eq!(
        take(1000),
        Standing {
            limit: 2,
            remaining: 1,
            ends: 11000,
            allowed: true
        }
    );
    assert_eq!(
        take(9000),
        Standing {
            limit: 2,
            remaining: 0,
            ends: 11000,
            allowed: true
        }
    );
    assert_eq!(
        take(10_999),
        Standing {
            limit: 2,
            remaining: 0,
            ends: 11000,
            allowed: false
        }
    );
    assert_eq!(
        take(11_000),
        Standing {
            limit: 2,
            remaining: 1,
            ends: 21000,
            allowed: true
        }
    );
    assert_eq!(limiter.take(Kind::Uploads, key, 0), None);
    let other = Key::User(UserId(Uuid::from_u128(1)));
    assert!(limiter.take(Kind::Login, other, 9000).unwrap().allowed);
}

#[test]
fn memory_is_bounded_and_nobodys_count_starts_anew() {
    let limiter = Limiter::new(limits());
    let victim = Key::Ip(Ipv4Addr::LOCALHOST.into());
    let take = |kind, key, now| limiter.take(kind, key, now).unwrap();
    for _ in 0..2 {
        take(Kind::Login, victim, 0);
    }
    let stranger = |n: u128| Key::User(UserId(Uuid::from_u128(n)));
    for n in 0..CAPACITY as u128 * 3 {
        take(Kind::Login, stranger(n), 1);
        take(Kind::General, stranger(n), 1);
    }
    assert!(!take(Kind::Login, victim, 2).allowed);
    let count = |kind| limiter.windows.lock().unwrap()[&kind].all.len();
    let most = CAPACITY + usize::try_from(CROWDS).unwrap();
    assert!(count(Kind::Login) <= most && count(Kind::General) <= most);
    // Who comes too late shares a window, and waits for others.
    let late = |n: u128| take(Kind::Login, stranger((1 << 100) + n), 3).allowed;
    assert!((0..10_000).any(|n| !late(n)));
    // When the flood is over there is room again.
    assert!(take(Kind::Login, stranger(1 << 101), 20_000).allowed);
    assert!(count(Kind::Login) < 10);
}

#[test]
fn a_network_is_one_key() {
    let key = |ip: &str| Key::from(ClientIp(ip.parse().unwrap()));
    assert_eq!(key("2001:db8::1"), key("2001:db8::ffff:1"));
    assert_ne!(key("2001:db8::1"), key("2001:db8:0:1::1"));
    assert_eq!(key("::ffff:192.0.2.1"), key("192.0.2.1"));
}

#[test]
fn headers_show_the_narrowest_limit() {
    let narrowest = Narrowest::default();
    let standing = |limit, remaining| Standing {
        limit,
        remaining,
        ends: 9000,
        allowed: true,
    };
    narrowest.note(standing(1000, 900));
    narrowest.note(standing(20, 3));
    narrowest.note(standing(100, 50));
    let mut headers = HeaderMap::new();
    narrowest.write(&mut headers);
    assert_eq!(headers["x-ratelimit-limit"], "20");
    assert_eq!(headers["x-ratelimit-remaining"], "3");
    assert_eq!(headers["x-ratelimit-reset"], "9");
}

#[test]
fn no_download_slips_through_between_others() {
    let limiter = Limiter::new(Limits {
        downloads: Some(Rate::new(1, 60)),
        ..limits()
    });
    let user = UserId(Uuid::from_u128(1));
    let first = VersionId(Uuid::from_u128(1));
    let take = |version| limiter.take_download(user, version, 0);
    assert!(take(first).unwrap().unwrap().allowed);
    assert_eq!(take(first), None, "another part of the same");
    let second = VersionId(Uuid::from_u128(2));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..20_000 {
                    assert!(!take(second).unwrap().unwrap().allowed);
                }
            });
        }
    });
    assert_eq!(take(first), None);
}
