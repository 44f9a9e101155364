//! What the server reads of requests beside JSON bodies, and its own configuration.

use std::net::IpAddr;

use protocol::{Base64, NodeId, SessionId, UserId, VersionId};
use server::fuzzing as parse;

use crate::{Target, choices::Choices, text};

fn texts(all: &[&str]) -> Vec<Vec<u8>> {
    all.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// The file's length in 8 bytes, then the header.
pub(crate) const RANGE: Target = Target {
    name: "range",
    check: |bytes| {
        let mut choices = Choices::new(bytes);
        let size = choices.number() >> 1;
        parse::range(choices.rest(), size).is_some_and(|(first, last)| {
            assert!(first <= last && last < size);
            true
        })
    },
    seeds: || {
        let size = 20u64.to_be_bytes();
        [
            "bytes=0-0",
            "bytes=2-",
            "bytes=-3",
            "bytes=-0",
            "bytes=10-99999999999999999999",
            "bytes=1-2,4-5",
            "items=1-2",
        ]
        .map(|header| [&size, header.as_bytes()].concat())
        .to_vec()
    },
    memory: (8192, 64),
};

pub(crate) const CURSOR: Target = Target {
    name: "cursor",
    check: |bytes| {
        text(bytes, |text| {
            let feed = parse::feed_cursor(text);
            let page = parse::page_cursor(text);
            for cursor in feed.iter().chain(&page) {
                assert_eq!(cursor, text, "a cursor has one spelling");
            }
            assert!(feed.is_none() || page.is_none(), "one cursor, two meanings");
            feed.or(page).is_some()
        })
    },
    seeds: || {
        let (feed, page) = ("A".repeat(21) + "A", "B".repeat(53) + "A");
        texts(&[&feed, &page, &feed[1..], "AAAAAAAAAAAAAAAAAAAAAB", "", "?"])
    },
    memory: (4096, 16),
};

pub(crate) const CONFIG: Target = Target {
    name: "config",
    check: |bytes| {
        text(bytes, |text| match parse::config(text) {
            Ok(()) => true,
            Err(problem) => {
                assert!(problem.contains("strongroom.toml"), "{problem}");
                false
            }
        })
    },
    seeds: || {
        texts(&[
            "",
            "listen = \"127.0.0.1:8000\"\nquota = 5368709120\n",
            "trusted_proxies = [\"127.0.0.1\", \"::1\"]\ncors_origins = [\"http://localhost:3000\"]\n",
            "rate_limits = \"documented\"\nlimit_login = \"5/15min\"\nlimit_uploads = \"off\"\nlog = \"warn\"\n",
            "public_url = \"https://files.example.org/\"\nmax_upload_size = 1\nupload_expiry = 60\nsweep_interval = 1\n",
            "sweep_interval = 0",
            "quota = -1",
            "colour = 'red'",
            "[a.b.c]\nd = [[[[1979-05-27T07:32:00Z]]]]",
        ])
    },
    // An error quotes the line and points at the place.
    memory: (65_536, 4096),
};

pub(crate) const RATE: Target = Target {
    name: "rate",
    check: |bytes| {
        text(bytes, |text| {
            parse::rate(text).is_some_and(|(count, seconds)| {
                assert!(seconds > 0);
                let again = format!("{count}/{seconds}s");
                assert!(
                    count == 0 && text == "off" || parse::rate(&again) == Some((count, seconds))
                );
                true
            })
        })
    },
    seeds: || {
        texts(&[
            "3/h",
            "5/15min",
            "1000/min",
            "off",
            "0/h",
            "1/4294967295s",
            "1/4294967295h",
            "1/s",
            "2/3d",
            "-1/h",
        ])
    },
    memory: (4096, 16),
};

const TRUSTED: [&str; 3] = ["10.0.0.1", "10.0.0.2", "fd00::1"];

/// Which peer, then the header.
pub(crate) const FORWARDED: Target = Target {
    name: "forwarded",
    check: |bytes| {
        let mut choices = Choices::new(bytes);
        let trusted = TRUSTED.map(|ip| ip.parse::<IpAddr>().expect("an address"));
        let stranger: IpAddr = "192.0.2.9".parse().expect("an address");
        let peers = [trusted[0], stranger, trusted[2]];
        let peer = peers[usize::from(choices.byte()) % peers.len()];
        let header = choices.rest();
        let client = parse::client(peer, header, &trusted);
        assert!(
            peer != stranger || client == peer,
            "a stranger named somebody else"
        );
        if client == peer {
            return false;
        }
        let header = String::from_utf8_lossy(header);
        let mut hops = header.split(',').map(str::trim);
        assert!(
            hops.any(|hop| hop.parse() == Ok(client)),
            "an address out of nowhere"
        );
        true
    },
    seeds: || {
        [
            "1.1.1.1",
            "6.6.6.6, 1.1.1.1, 10.0.0.2",
            "6.6.6.6, junk",
            "::ffff:10.0.0.2,10.0.0.1",
            "fd00::1,[2001:db8::1]",
            " , ,",
        ]
        .iter()
        .flat_map(|header| [0u8, 1, 2].map(|peer| [&[peer][..], header.as_bytes()].concat()))
        .collect()
    },
    memory: (16_384, 64),
};

pub(crate) const HOST: Target = Target {
    name: "host",
    check: |bytes| {
        text(bytes, |text| {
            let accepted = parse::is_host(text);
            // Nothing may break out of the URLs that it is put into.
            assert!(
                !accepted || !text.contains(['/', '?', '#', '@', '\\', '"', '<', ' ', '\n', '%'])
            );
            accepted
        })
    },
    seeds: || {
        texts(&[
            "localhost:8000",
            "files.example.org",
            "[::1]:8000",
            "a@b",
            "a/b",
            "",
        ])
    },
    memory: (4096, 16),
};

fn ids() -> (UserId, SessionId, NodeId, VersionId) {
    (
        UserId::from_bytes([1; 16]),
        SessionId::from_bytes([2; 16]),
        NodeId::from_bytes([3; 16]),
        VersionId::from_bytes([4; 16]),
    )
}

/// A moment in milliseconds since 1970.
const NOW: i64 = 1_750_000_000_000;

pub(crate) const TOKEN: Target = Target {
    name: "token",
    check: |bytes| {
        let Some(token) = parse::bearer(bytes) else {
            return false;
        };
        let (user, session, ..) = ids();
        let Some(found) = parse::token(&token, NOW + 1000) else {
            return false;
        };
        assert_eq!(found, (user, session));
        assert_eq!(
            token,
            parse::issue_token(user, session, NOW),
            "a forged token"
        );
        assert_eq!(
            parse::token(&token, NOW + 3_600_000),
            None,
            "an eternal token"
        );
        true
    },
    seeds: || {
        let (user, session, ..) = ids();
        let token = parse::issue_token(user, session, NOW);
        let payload = token.split('.').nth(1).expect("three parts");
        // {"alg":"none"}
        let none = format!("Bearer eyJhbGciOiJub25lIn0.{payload}.");
        let old = parse::issue_token(user, session, NOW - 7_200_000);
        texts(&[
            &format!("Bearer {token}"),
            &format!("bearer   {token} "),
            &format!("Basic {token}"),
            &format!("Bearer {old}"),
            &none,
            "Bearer",
            "Bearer a.b.c",
        ])
    },
    memory: (65_536, 64),
};

pub(crate) const COOKIE: Target = Target {
    name: "cookie",
    check: |bytes| {
        if let Some(token) = parse::cookie(bytes) {
            assert!(
                bytes
                    .windows(token.len())
                    .any(|part| part == token.as_bytes())
            );
            assert_eq!(parse::refresh_token(&token).as_ref(), Some(&token));
            return true;
        }
        text(bytes, |text| {
            parse::refresh_token(text).is_some_and(|token| {
                assert_eq!(token, text, "a token has one spelling");
                true
            })
        })
    },
    seeds: || {
        let token = format!("srr_{}A", "B".repeat(42));
        texts(&[
            &token,
            &format!("strongroom_refresh={token}"),
            &format!("a=b; strongroom_refresh={token}; c"),
            &format!("strongroom_refresh={}", &token[1..]),
            "strongroom_refresh=",
            ";;=;",
        ])
    },
    memory: (16_384, 64),
};

/// The query string of a signed URL.
pub(crate) const SIGNED_URL: Target = Target {
    name: "signed-url",
    check: |bytes| {
        let (owner, _, node, version) = ids();
        text(bytes, |query| {
            let Ok(Some(found)) = parse::signed_url(node, query, NOW / 1000) else {
                return false;
            };
            assert_eq!((found.0, found.1), (owner, version));
            assert!(
                [NOW / 1000 + 300, NOW / 1000 + 1].contains(&found.2),
                "a forged time"
            );
            let other = NodeId::from_bytes([5; 16]);
            assert!(
                parse::signed_url(other, query, NOW / 1000).is_err(),
                "another file"
            );
            assert!(
                parse::signed_url(node, query, found.2).is_err(),
                "an eternal address"
            );
            true
        })
    },
    seeds: || {
        let (owner, _, node, version) = ids();
        let sign = |seconds| parse::sign_url(node, (owner, version, NOW / 1000 + seconds));
        texts(&[
            &sign(300),
            &sign(1),
            &sign(-1),
            &format!("{}&expires=9999999999", sign(300)),
            &sign(300).replace("expires=", "expires=%2B"),
            &sign(300).replace("signature=", "signature=A"),
            "signature=&owner=&version=&expires=",
            "",
        ])
    },
    memory: (65_536, 256),
};

pub(crate) const UPLOAD_LENGTH: Target = Target {
    name: "upload-length",
    check: |bytes| match parse::upload_length(bytes) {
        Ok(Some(length)) => {
            let text = length.to_string();
            assert!(bytes.ends_with(text.as_bytes()) && length <= i64::MAX as u64);
            true
        }
        Ok(None) | Err(_) => false,
    },
    seeds: || {
        texts(&[
            "0",
            "0012",
            "9223372036854775807",
            "9223372036854775808",
            "-1",
            "+1",
            "1e3",
            "",
        ])
    },
    memory: (8192, 64),
};

/// Many uploads in one body. It is cut where its bytes say.
pub(crate) const BATCH: Target = Target {
    name: "batch",
    check: |body| {
        let whole = parse::batch(&[body]);
        let step = 1 + usize::from(body.last().copied().unwrap_or(0)) % 7;
        let pieces: Vec<&[u8]> = body.chunks(step).collect();
        assert_eq!(
            whole,
            parse::batch(&pieces),
            "it matters how a batch is cut"
        );
        whole.is_some_and(|uploads| {
            let each = uploads.iter().map(|upload| {
                let length = u32::try_from(upload.len()).expect("at most 1 MiB");
                [&length.to_be_bytes(), &**upload].concat()
            });
            assert_eq!(each.collect::<Vec<_>>().concat(), body, "nothing else");
            (1..=256).contains(&uploads.len())
        })
    },
    seeds: || {
        let one = [0, 0, 0, 3, b'o', b'n', b'e'];
        vec![
            one.to_vec(),
            [&one[..], &[0; 4], &one].concat(),
            one[..6].to_vec(),
            vec![0, 0x10, 0, 1],
            vec![0; 4 * 256],
            vec![0; 4 * 257],
            vec![0; 3],
            Vec::new(),
        ]
    },
    memory: (65_536, 1024),
};

/// A `Content-Type`, a line end, the body. It is cut where its bytes say.
pub(crate) const FORM: Target = Target {
    name: "form",
    check: |bytes| {
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let (kind, body) = bytes.split_at(end.unwrap_or(bytes.len()));
        let (Ok(kind), Some(body)) = (std::str::from_utf8(kind), body.get(1..)) else {
            return false;
        };
        let whole = parse::form(kind, &[body]);
        let step = 1 + usize::from(body.first().copied().unwrap_or(0)) % 7;
        let pieces: Vec<&[u8]> = body.chunks(step).collect();
        assert_eq!(
            whole,
            parse::form(kind, &pieces),
            "it matters how a form is cut"
        );
        whole.is_some_and(|parts| {
            assert!(parts.len() <= 8);
            let length: usize = parts
                .iter()
                .map(|(name, part)| name.len() + part.len())
                .sum();
            assert!(length <= body.len(), "bytes out of nowhere");
            true
        })
    },
    seeds: || {
        let part = |name: &str, content: &str| {
            format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{content}\r\n")
        };
        let kind = "multipart/form-data; boundary=x";
        let file = "--x\r\ncontent-disposition: form-data; filename=\"a\\\"b\"; name=file\r\nContent-Type: a/b\r\n\r\n\r\n--\r\n-x\r\n";
        texts(&[
            &format!("{kind}\n{}{file}--x--", part("encrypted_filename", "n")),
            &format!("{kind}\nbefore\r\n{}--x--\r\nafter", part("a", "")),
            &format!("{kind}\n{}--x \t\r\n\r\n\r\n--x--", part("a", "--x")),
            &format!("{kind}\n{}", part("a", "no end")),
            &format!("{kind}\n{}--x--", part("a", "b").repeat(9)),
            &format!(
                "multipart/form-data; charset=\"a;b\"; boundary=\"x\"\n{}--x--",
                part("a", "b")
            ),
            &format!("{kind}\n{}\r\n{}--x--", "-".repeat(4094), part("a", "b")),
            &format!("{kind}\n{}\r\n{}--x--", "-".repeat(4095), part("a", "b")),
            &format!("{kind}\n{}--x{}--x--", part("a", "b"), " ".repeat(4097)),
            "multipart/form-data\n--x--",
            "text/plain; boundary=x\n--x--",
            &format!(
                "{kind}\n--x\r\nContent-Disposition: form-data; name=a\r\nContent-Disposition: form-data; name=b\r\n\r\n\r\n--x--"
            ),
        ])
    },
    memory: (65_536, 1024),
};

/// What is hashed.
const HASHED: &[u8] = b"bytes of an upload";

pub(crate) const CHECKSUM: Target = Target {
    name: "checksum",
    check: |bytes| {
        let Ok(Some(())) = parse::checksum(bytes, HASHED) else {
            return false;
        };
        let sha256 = Base64(crypto_core::sha256(HASHED).to_vec());
        let header = String::from_utf8_lossy(bytes).into_owned();
        assert!(header == format!("sha256 {sha256}") || header.starts_with("sha1 "));
        assert!(parse::checksum(bytes, &HASHED[1..]).is_err(), "other bytes");
        true
    },
    seeds: || {
        let sha256 = Base64(crypto_core::sha256(HASHED).to_vec());
        texts(&[
            &format!("sha256 {sha256}"),
            &format!("sha1 {sha256}"),
            &format!("md5 {sha256}"),
            "sha1 AAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            "sha256",
            "sha256 ",
        ])
    },
    memory: (16_384, 64),
};

pub(crate) const EMAIL: Target = Target {
    name: "email",
    check: |bytes| {
        text(bytes, |text| {
            parse::email(text).is_some_and(|email| {
                assert_eq!(
                    parse::email(&email).as_ref(),
                    Some(&email),
                    "an email has one form"
                );
                assert!(email.len() <= 254 && email.matches('@').count() == 1);
                true
            })
        })
    },
    seeds: || {
        texts(&[
            "Ann@Example.ORG ",
            "a@localhost",
            "\u{130}@\u{1e9e}.de",
            "a@b..c",
            "@",
            "\"a b\"@c.d",
            "a\u{200b}@b.c",
        ])
    },
    memory: (8192, 64),
};
