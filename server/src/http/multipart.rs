//! `multipart/form-data` (RFC 7578) as it arrives: nothing of it is kept but what a delimiter
//! might still begin in, whatever its parts are.
//!
//! Not the crate `multer`, which axum's own extractor is made of: it keeps a part's header until it
//! is complete, however long that is, so that one request could fill the memory up to its limit
//! for the whole body. Here every header has a limit of its own.

use bytes::{Buf, Bytes, BytesMut};
use memchr::memmem::Finder;

/// The longest boundary (RFC 2046, section 5.1.1).
const BOUNDARY: usize = 70;
/// The longest header of a part, and the longest text before the first one, in bytes.
const HEADER: usize = 4096;

/// Why a body cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MultipartError {
    /// It is not made of parts.
    #[error("the body is not well-formed multipart/form-data")]
    Malformed,
    /// A part's header is too long.
    #[error("a part's header is longer than 4096 bytes")]
    LongHeader,
    /// There are more parts than allowed.
    #[error("the body has too many parts")]
    TooManyParts,
}

/// What comes next in a body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// A part begins; its name.
    Part(String),
    /// Some of its bytes.
    Data(Bytes),
    /// The last part is over. What comes after it is no part of the body.
    End,
}

enum State {
    /// Before the first delimiter; so many bytes have been passed over.
    Preamble(usize),
    /// After a delimiter: another part, or the end.
    Delimiter,
    Header,
    Body,
    End,
}

/// Reads a body. Bytes go in with [`push`](Self::push), what they mean comes out of
/// [`next`](Self::next).
pub(crate) struct Multipart {
    delimiter: Finder<'static>,
    buffer: BytesMut,
    state: State,
    parts_left: usize,
}

impl Multipart {
    /// For a body whose header named this boundary; `None` when it cannot be one.
    pub(crate) fn new(boundary: &str, most_parts: usize) -> Option<Self> {
        let fine = (1..=BOUNDARY).contains(&boundary.len())
            && boundary.bytes().all(|b| matches!(b, b' '..=b'~'));
        fine.then(|| Self {
            delimiter: Finder::new(format!("\r\n--{boundary}").as_bytes()).into_owned(),
            // The first delimiter has no line before it that could end.
            buffer: BytesMut::from(&b"\r\n"[..]),
            state: State::Preamble(0),
            parts_left: most_parts,
        })
    }

    /// Takes what has arrived.
    pub(crate) fn push(&mut self, data: &[u8]) {
        if !matches!(self.state, State::End) {
            self.buffer.extend_from_slice(data);
        }
    }

    /// What the bytes so far mean; `None` when more have to come.
    ///
    /// # Errors
    /// When they mean nothing. Nothing can be read after that.
    pub(crate) fn next(&mut self) -> Result<Option<Event>, MultipartError> {
        loop {
            match self.state {
                State::Preamble(passed) => match self.delimiter.find(&self.buffer) {
                    // As much is refused here as below: how a body is cut must not matter.
                    Some(at) if passed + at > HEADER => return Err(MultipartError::Malformed),
                    Some(at) => {
                        self.buffer.advance(at + self.delimiter.needle().len());
                        self.state = State::Delimiter;
                    }
                    None => {
                        let passed = passed + self.pass_over();
                        if passed > HEADER {
                            return Err(MultipartError::Malformed);
                        }
                        self.state = State::Preamble(passed);
                        return Ok(None);
                    }
                },
                State::Delimiter => {
                    if !self.delimiter_ends()? {
                        return Ok(None);
                    }
                    if matches!(self.state, State::End) {
                        return Ok(Some(Event::End));
                    }
                }
                State::Header => {
                    let Some(header) = self.header()? else {
                        return Ok(None);
                    };
                    let name = part_name(&header).ok_or(MultipartError::Malformed)?;
                    self.parts_left = self
                        .parts_left
                        .checked_sub(1)
                        .ok_or(MultipartError::TooManyParts)?;
                    self.state = State::Body;
                    return Ok(Some(Event::Part(name)));
                }
                State::Body => {
                    let data = match self.delimiter.find(&self.buffer) {
                        Some(at) => {
                            let data = self.buffer.split_to(at).freeze();
                            self.buffer.advance(self.delimiter.needle().len());
                            self.state = State::Delimiter;
                            data
                        }
                        None => {
                            let certain = self.certain();
                            self.buffer.split_to(certain).freeze()
                        }
                    };
                    if !data.is_empty() {
                        return Ok(Some(Event::Data(data)));
                    }
                    if matches!(self.state, State::Body) {
                        return Ok(None);
                    }
                }
                State::End => return Ok(None),
            }
        }
    }

    /// Bytes at the front in which no delimiter can begin any more.
    fn certain(&self) -> usize {
        (self.buffer.len() + 1).saturating_sub(self.delimiter.needle().len())
    }

    fn pass_over(&mut self) -> usize {
        let certain = self.certain();
        self.buffer.advance(certain);
        certain
    }

    /// Reads what follows a delimiter on its line; `false` when more has to come.
    fn delimiter_ends(&mut self) -> Result<bool, MultipartError> {
        if self.buffer.starts_with(b"--") {
            self.buffer.clear();
            self.state = State::End;
            return Ok(true);
        }
        // White space may follow on the line (RFC 2046).
        let padding = self
            .buffer
            .iter()
            .take_while(|b| matches!(b, b' ' | b'\t'))
            .count();
        if padding > HEADER {
            return Err(MultipartError::Malformed);
        }
        let rest = &self.buffer[padding..];
        if rest.starts_with(b"\r\n") {
            // The header's own end is looked for from this line's end on: it may be empty.
            self.buffer.advance(padding);
            self.state = State::Header;
            return Ok(true);
        }
        if rest.is_empty() || rest == b"\r" || rest == b"-" {
            Ok(false)
        } else {
            Err(MultipartError::Malformed)
        }
    }

    /// The header's lines, each with the end of the line before it.
    fn header(&mut self) -> Result<Option<BytesMut>, MultipartError> {
        let within = self.buffer.len().min(HEADER + 4);
        match memchr::memmem::find(&self.buffer[..within], b"\r\n\r\n") {
            Some(at) => {
                let header = self.buffer.split_to(at);
                self.buffer.advance(4);
                // What follows the empty line may be the next delimiter at once.
                Ok(Some(header))
            }
            None if within == HEADER + 4 => Err(MultipartError::LongHeader),
            None => Ok(None),
        }
    }
}

/// The boundary in a `Content-Type`; `None` when it is not `multipart/form-data` with one.
pub(crate) fn boundary(content_type: &str) -> Option<String> {
    let (kind, parameters) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    parameter(parameters.as_bytes(), "boundary")
}

/// The name that a part's header gives it.
fn part_name(header: &[u8]) -> Option<String> {
    let mut names = header
        .split(|b| *b == b'\n')
        .filter_map(|line| {
            let colon = memchr::memchr(b':', line)?;
            let (field, value) = (&line[..colon], &line[colon + 1..]);
            field
                .trim_ascii()
                .eq_ignore_ascii_case(b"content-disposition")
                .then_some(value)
        })
        .map(|value| {
            let semicolon = memchr::memchr(b';', value)?;
            let (kind, parameters) = (&value[..semicolon], &value[semicolon + 1..]);
            if !kind.trim_ascii().eq_ignore_ascii_case(b"form-data") {
                return None;
            }
            parameter(parameters, "name")
        });
    // Two names would be two meanings.
    let name = names.next()??;
    names.next().is_none().then_some(name)
}

/// The value of a parameter (RFC 9110, section 5.6.6) among `a=b; c="d"`; `None` when it is not
/// there or not UTF-8.
fn parameter(mut text: &[u8], wanted: &str) -> Option<String> {
    loop {
        text = text.trim_ascii_start();
        let equals = memchr::memchr(b'=', text)?;
        let name = text[..equals].trim_ascii();
        text = text[equals + 1..].trim_ascii_start();
        let mut value = Vec::new();
        if let Some(quoted) = text.strip_prefix(b"\"") {
            let mut bytes = quoted.iter().enumerate();
            let end = loop {
                match bytes.next()? {
                    (at, b'"') => break at + 1,
                    (_, b'\\') => value.push(*bytes.next()?.1),
                    (_, byte) => value.push(*byte),
                }
            };
            text = &quoted[end..];
        } else {
            let end = memchr::memchr(b';', text).unwrap_or(text.len());
            value.extend_from_slice(text[..end].trim_ascii());
            text = &text[end..];
        }
        if name.eq_ignore_ascii_case(wanted.as_bytes()) {
            return String::from_utf8(value).ok();
        }
        text = text.trim_ascii_start().strip_prefix(b";")?;
    }
}

#[cfg(test)]
mod tests;
