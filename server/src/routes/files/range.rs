//! Ranges of a file's bytes (RFC 9110, section 14).

use axum::http::{HeaderMap, header};

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Everything, with 200.
    Whole,
    /// From the first to the last byte, both included, with 206.
    Bytes { first: u64, last: u64 },
    /// Nothing that there is.
    Outside,
}

/// Several ranges, other units and what cannot be read are ignored, as the RFC allows; so is a
/// range of another content than the one that the client knows.
pub(crate) fn requested(headers: &HeaderMap, etag: &str, size: u64) -> Part {
    let range = headers
        .get(header::RANGE)
        .and_then(|value| value.to_str().ok());
    let Some(spec) = range.and_then(|range| range.strip_prefix("bytes=")) else {
        return Part::Whole;
    };
    if headers
        .get(header::IF_RANGE)
        .is_some_and(|condition| condition != etag)
    {
        return Part::Whole;
    }
    parse(spec.trim(), size).unwrap_or(Part::Whole)
}

fn parse(spec: &str, size: u64) -> Option<Part> {
    let (first, last) = spec.split_once('-')?;
    if first.is_empty() {
        let suffix = number(last)?.min(size);
        if suffix == 0 {
            return Some(Part::Outside);
        }
        return Some(Part::Bytes {
            first: size - suffix,
            last: size - 1,
        });
    }
    let first = number(first)?;
    let last = if last.is_empty() {
        u64::MAX
    } else {
        number(last)?
    };
    if last < first {
        return None;
    }
    if first >= size {
        return Some(Part::Outside);
    }
    Some(Part::Bytes {
        first,
        last: last.min(size - 1),
    })
}

fn number(text: &str) -> Option<u64> {
    // More digits than fit are more than any file has.
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_the_rfc_says() {
        let ask = |range: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::RANGE, range.parse().unwrap());
            requested(&headers, "\"a\"", 10)
        };
        let bytes = |first, last| Part::Bytes { first, last };
        assert_eq!(ask("bytes=0-0"), bytes(0, 0));
        assert_eq!(ask("bytes=2-5"), bytes(2, 5));
        assert_eq!(ask("bytes=2-"), bytes(2, 9));
        assert_eq!(ask("bytes=2-99999999999999999999999"), bytes(2, 9));
        assert_eq!(ask("bytes=-3"), bytes(7, 9));
        assert_eq!(ask("bytes=-30"), bytes(0, 9));
        assert_eq!(ask("bytes=10-"), Part::Outside);
        assert_eq!(ask("bytes=-0"), Part::Outside);
        for ignored in [
            "bytes=5-2",
            "bytes=a-",
            "bytes=+1-2",
            "bytes=1-2,4-5",
            "bytes=-",
            "items=1-2",
            "bytes",
        ] {
            assert_eq!(ask(ignored), Part::Whole, "{ignored}");
        }
    }

    #[test]
    fn another_content_is_sent_whole() {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, "bytes=2-5".parse().unwrap());
        headers.insert(header::IF_RANGE, "\"b\"".parse().unwrap());
        assert_eq!(requested(&headers, "\"a\"", 10), Part::Whole);
        assert_eq!(
            requested(&headers, "\"b\"", 10),
            Part::Bytes { first: 2, last: 5 }
        );
        headers.insert(header::RANGE, "bytes=0-".parse().unwrap());
        assert_eq!(requested(&headers, "\"b\"", 0), Part::Outside);
    }
}
