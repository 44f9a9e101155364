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
        count_upload_parts: false,
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
fn memory_is_bounded() {
    let limiter = Limiter::new(limits());
    for n in 0..CAPACITY as u128 + 10 {
        limiter.take(
            Kind::General,
            Key::User(UserId(Uuid::from_u128(n))),
            n as i64 / 50,
        );
    }
    assert!(limiter.windows.lock().unwrap().len() <= CAPACITY);
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
