//! Bodies of type `application/vnd.strongroom.batch`: many small things one after the other, each
//! with its length before it. Nothing here collects one: a body is read as it comes.

/// The type of such a body.
pub(crate) const CONTENT_TYPE: &str = "application/vnd.strongroom.batch";
/// Bytes of an upload's length, big-endian.
pub(crate) const LENGTH: usize = 4;
/// The most uploads in one body.
pub(crate) const MOST: usize = 256;
/// The longest upload in one, in bytes.
pub(crate) const LONGEST: u64 = 1024 * 1024;
/// The longest body, lengths included, in bytes.
pub(crate) const BODY: u64 = 16 * 1024 * 1024;

/// What a body's bytes mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part<'a> {
    /// Another upload begins, of such a length.
    Begin(u64),
    /// Bytes of the upload that has begun; never none, and never more than it has.
    Bytes(&'a [u8]),
}

/// Why a body cannot be read, and which upload it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    /// There is none.
    Empty,
    /// There are more than [`MOST`].
    TooMany,
    /// This one is longer than [`LONGEST`].
    TooLong(usize),
    /// The body ended in the middle of this one.
    Cut(usize),
}

/// Reads such a body, however it is cut into pieces.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    /// Uploads that have begun.
    begun: usize,
    /// Bytes that the last of them still has to come.
    left: u64,
    /// What has come of the next one's length.
    length: [u8; LENGTH],
    filled: usize,
}

impl Reader {
    /// The next part of `data`, which goes forward by it; `None` when more data has to come.
    ///
    /// # Errors
    /// [`Broken::TooMany`], [`Broken::TooLong`].
    pub(crate) fn next<'a>(&mut self, data: &mut &'a [u8]) -> Result<Option<Part<'a>>, Broken> {
        if data.is_empty() {
            return Ok(None);
        }
        if self.left > 0 {
            let take = usize::try_from(self.left).map_or(data.len(), |left| left.min(data.len()));
            let (bytes, rest) = data.split_at(take);
            *data = rest;
            self.left -= take as u64;
            return Ok(Some(Part::Bytes(bytes)));
        }
        if self.begun == MOST {
            return Err(Broken::TooMany);
        }
        let take = (LENGTH - self.filled).min(data.len());
        let (bytes, rest) = data.split_at(take);
        *data = rest;
        self.length[self.filled..self.filled + take].copy_from_slice(bytes);
        self.filled += take;
        if self.filled < LENGTH {
            return Ok(None);
        }
        self.filled = 0;
        let length = u64::from(u32::from_be_bytes(self.length));
        if length > LONGEST {
            return Err(Broken::TooLong(self.begun));
        }
        self.begun += 1;
        self.left = length;
        Ok(Some(Part::Begin(length)))
    }

    /// Whether the body may end here.
    ///
    /// # Errors
    /// [`Broken::Empty`], [`Broken::Cut`].
    pub(crate) fn end(&self) -> Result<(), Broken> {
        match (self.left, self.filled, self.begun) {
            (0, 0, 0) => Err(Broken::Empty),
            (0, 0, _) => Ok(()),
            (0, _, begun) => Err(Broken::Cut(begun)),
            (_, _, begun) => Err(Broken::Cut(begun - 1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a body has, read in pieces of such a size.
    fn read(body: &[u8], size: usize) -> Result<Vec<Vec<u8>>, Broken> {
        let (mut reader, mut uploads) = (Reader::default(), Vec::<(u64, Vec<u8>)>::new());
        for mut piece in body.chunks(size) {
            while let Some(part) = reader.next(&mut piece)? {
                match part {
                    Part::Begin(length) => uploads.push((length, Vec::new())),
                    Part::Bytes(bytes) => uploads.last_mut().unwrap().1.extend_from_slice(bytes),
                }
            }
            assert!(piece.is_empty());
        }
        reader.end()?;
        Ok(uploads
            .into_iter()
            .map(|(length, bytes)| {
                assert_eq!(bytes.len() as u64, length);
                bytes
            })
            .collect())
    }

    fn body(uploads: &[&[u8]]) -> Vec<u8> {
        let each = uploads.iter().map(|upload| {
            let length = u32::try_from(upload.len()).unwrap().to_be_bytes();
            [&length, *upload].concat()
        });
        each.collect::<Vec<_>>().concat()
    }

    #[test]
    fn a_body_reads_the_same_in_pieces_of_any_size() {
        let uploads: [&[u8]; 5] = [b"", b"one", b"", &[7; 300], b""];
        let body = body(&uploads);
        for size in 1..=body.len() {
            assert_eq!(read(&body, size).unwrap(), uploads, "{size}");
        }
    }

    #[test]
    fn what_breaks_a_rule_is_named() {
        assert_eq!(read(b"", 1), Err(Broken::Empty));
        let two = body(&[b"one", b"two"]);
        for cut in 1..two.len() {
            let expected = match cut {
                7 => Ok(vec![b"one".to_vec()]),
                ..7 => Err(Broken::Cut(0)),
                _ => Err(Broken::Cut(1)),
            };
            assert_eq!(read(&two[..cut], 5), expected, "{cut}");
        }
        let long = [body(&[b"one"]), 0x0010_0001_u32.to_be_bytes().to_vec()].concat();
        assert_eq!(read(&long, 100), Err(Broken::TooLong(1)));
        assert_eq!(read(&body(&[b"" as &[u8]; MOST]), 100).unwrap().len(), MOST);
        assert_eq!(
            read(&body(&[b"" as &[u8]; MOST + 1]), 100),
            Err(Broken::TooMany)
        );
    }
}
