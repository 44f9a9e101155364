//! Content sealed and opened chunk by chunk with SubtleCrypto, exactly as
//! `crypto_core::content` does it. Bytes stay in JavaScript's memory.

use crypto_core::{
    OpenError,
    content::{CHUNK_PLAIN, CHUNK_TAG, Layout, check_segment},
    envelope::HEADER,
};
use js_sys::{Array, Float64Array, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::CryptoKey;

use crate::{error::Failure, subtle};

const SEALED_CHUNK: u32 = (CHUNK_PLAIN + CHUNK_TAG) as u32;
const PLAIN_CHUNK: u32 = CHUNK_PLAIN as u32;

/// Seals the content of one version, part by part, in order.
#[wasm_bindgen]
pub struct ContentSealer {
    key: CryptoKey,
    nonce: [u8; 12],
    header: [u8; HEADER],
    layout: Layout,
    next: u64,
    hashes: Vec<u8>,
    /// Hashes of what may have been sent before.
    known: Vec<u8>,
}

#[wasm_bindgen]
impl ContentSealer {
    /// With what an upload's plan gives; `known` is empty for one that begins.
    ///
    /// # Errors
    /// `internal` for lengths that no plan gives.
    #[wasm_bindgen(constructor)]
    pub fn new(
        key: CryptoKey,
        nonce: &[u8],
        header: &[u8],
        size: f64,
        known: Vec<u8>,
    ) -> Result<Self, Failure> {
        let (nonce, header, layout) = parse(nonce, header, size)?;
        Ok(Self {
            key,
            nonce,
            header,
            layout,
            next: 0,
            hashes: Vec::new(),
            known,
        })
    }

    /// How many parts there are.
    #[wasm_bindgen(getter)]
    pub fn parts(&self) -> f64 {
        self.layout.parts() as f64
    }

    /// The hashes of all segments sealed so far.
    pub fn hashes(&self) -> Vec<u8> {
        self.hashes.clone()
    }

    /// How many bytes a sealed part has.
    #[wasm_bindgen(js_name = partLength)]
    pub fn part_length(&self, part: f64) -> f64 {
        let (start, end) = self.layout.sealed_range(part as u64);
        (end - start) as f64
    }

    /// Seals the next part.
    ///
    /// # Errors
    /// `file-changed` if `data` is not as long as planned, or not what was sealed with these
    /// nonces before; `internal` out of order, `subtle-failed`.
    #[wasm_bindgen(js_name = sealPart)]
    pub async fn seal_part(&mut self, part: f64, data: Uint8Array) -> Result<Uint8Array, Failure> {
        let part = part as u64;
        if part != self.next || part >= self.layout.parts() {
            return Err(Failure::internal("parts are sealed in order, each once"));
        }
        let (from, to) = self.layout.plain_range(part);
        if u64::from(data.length()) != to - from {
            return Err(Failure::file_changed());
        }
        // Whatever happens from here on, these nonces are used up.
        self.next += 1;
        let sealed = self
            .encrypt(part, &self.padded(part, data))
            .await
            .map_err(|error| Failure::subtle(&error))?;
        let segments = segments(&self.layout, part, &sealed);
        let hashes = digest(&segments).await?;
        self.hashes.extend(hashes.concat());
        let known = self.known.len().min(self.hashes.len());
        if self.hashes[..known] != self.known[..known] {
            self.next = self.layout.parts();
            self.hashes.clear();
            return Err(Failure::file_changed());
        }
        Ok(sealed)
    }

    /// The hashes of all segments, after the last part.
    ///
    /// # Errors
    /// `internal` before that.
    pub fn finish(&self) -> Result<Vec<u8>, Failure> {
        if self.hashes.len() as u64 != 32 * self.layout.segments() {
            return Err(Failure::internal("not all parts are sealed"));
        }
        Ok(self.hashes.clone())
    }
}

impl ContentSealer {
    /// `data` with the padding after it.
    fn padded(&self, part: u64, data: Uint8Array) -> Uint8Array {
        let length = self.layout.padded_len(part) as u32;
        if data.length() == length {
            return data;
        }
        let padded = Uint8Array::new_with_length(length);
        padded.set(&data, 0);
        padded
    }

    async fn encrypt(&self, part: u64, plain: &Uint8Array) -> Result<Uint8Array, JsValue> {
        let subtle = subtle::subtle()?;
        let last = part + 1 == self.layout.parts();
        let chunks = plain.length() / PLAIN_CHUNK + u32::from(last);
        let promises = Array::new_with_length(chunks);
        for chunk in 0..chunks {
            let start = chunk * PLAIN_CHUNK;
            let end = (start + PLAIN_CHUNK).min(plain.length());
            let parameters = subtle::parameters(
                &self.nonce,
                self.layout.first_chunk(part) + u64::from(chunk),
            );
            let promise = subtle.encrypt_with_object_and_js_u8_array(
                &parameters,
                &self.key,
                &plain.subarray(start, end),
            )?;
            promises.set(chunk, promise.into());
        }
        let (start, end) = self.layout.sealed_range(part);
        let out = Uint8Array::new_with_length((end - start) as u32);
        let mut at = 0;
        if part == 0 {
            out.set(&Uint8Array::from(&self.header[..]), 0);
            at = HEADER as u32;
        }
        for sealed in subtle::all(&promises).await?.iter() {
            let sealed = Uint8Array::new(&sealed);
            out.set(&sealed, at);
            at += sealed.length();
        }
        Ok(out)
    }
}

/// Checks and opens the content of one version, part by part, in any order.
#[wasm_bindgen]
pub struct ContentOpener {
    key: CryptoKey,
    nonce: [u8; 12],
    header: [u8; HEADER],
    layout: Layout,
    hashes: Vec<u8>,
    root: [u8; 32],
}

#[wasm_bindgen]
impl ContentOpener {
    /// With what a download's plan gives.
    ///
    /// # Errors
    /// `internal` for lengths that no plan gives.
    #[wasm_bindgen(constructor)]
    pub fn new(
        key: CryptoKey,
        nonce: &[u8],
        header: &[u8],
        hashes: Vec<u8>,
        #[wasm_bindgen(js_name = rootHash)] root: &[u8],
        size: f64,
    ) -> Result<Self, Failure> {
        let (nonce, header, layout) = parse(nonce, header, size)?;
        let root = root
            .try_into()
            .map_err(|_| Failure::internal("a hash is 32 bytes"))?;
        Ok(Self {
            key,
            nonce,
            header,
            layout,
            hashes,
            root,
        })
    }

    /// How many parts there are.
    #[wasm_bindgen(getter)]
    pub fn parts(&self) -> f64 {
        self.layout.parts() as f64
    }

    /// Which bytes of what is stored part `part` is: start and end.
    #[wasm_bindgen(js_name = partRange)]
    pub fn part_range(&self, part: f64) -> Float64Array {
        let (start, end) = self.layout.sealed_range(part as u64);
        Float64Array::from(&[start as f64, end as f64][..])
    }

    /// How many segments there are.
    #[wasm_bindgen(getter)]
    pub fn segments(&self) -> f64 {
        self.layout.segments() as f64
    }

    /// Which bytes of what is stored `count` segments from `first` on are: start and end.
    #[wasm_bindgen(js_name = segmentsRange)]
    pub fn segments_range(&self, first: f64, count: f64) -> Float64Array {
        let (start, end) = self.layout.segments_range(first as u64, count as u64);
        Float64Array::from(&[start as f64, end as f64][..])
    }

    /// Checks and opens a part; the padding is taken off. Nothing of it is released unless
    /// all of it is right.
    ///
    /// # Errors
    /// `truncated`, `trailing-data`, `altered`, `does-not-belong-here`, `subtle-failed`.
    #[wasm_bindgen(js_name = openPart)]
    pub async fn open_part(&self, part: f64, bytes: Uint8Array) -> Result<Uint8Array, Failure> {
        let (first, end) = self.layout.hash_range(part as u64);
        self.open(first, end - first, bytes).await
    }

    /// As `openPart`, for `count` segments from `first` on.
    ///
    /// # Errors
    /// As `openPart`; `internal` for segments that there are not.
    #[wasm_bindgen(js_name = openSegments)]
    pub async fn open_segments(
        &self,
        first: f64,
        count: f64,
        bytes: Uint8Array,
    ) -> Result<Uint8Array, Failure> {
        let (first, count) = (first as u64, count as u64);
        if count == 0 || first.saturating_add(count) > self.layout.segments() {
            return Err(Failure::internal("there are no such segments"));
        }
        self.open(first, count, bytes).await
    }
}

impl ContentOpener {
    async fn open(&self, first: u64, count: u64, bytes: Uint8Array) -> Result<Uint8Array, Failure> {
        let (start, end) = self.layout.segments_range(first, count);
        match u64::from(bytes.length()).cmp(&(end - start)) {
            std::cmp::Ordering::Less => return Err(OpenError::Truncated.into()),
            std::cmp::Ordering::Greater => return Err(OpenError::TrailingData.into()),
            std::cmp::Ordering::Equal => {}
        }
        // Only the very first segment has the header before it, as only the first part has.
        let hashes = digest(&segments(&self.layout, first.min(1), &bytes)).await?;
        for (index, hash) in (first..).zip(&hashes) {
            check_segment(hash, index, &self.hashes, &self.root)?;
        }
        let body = if first == 0 {
            if bytes.subarray(0, HEADER as u32).to_vec() != self.header {
                return Err(OpenError::DoesNotBelongHere.into());
            }
            bytes.subarray(HEADER as u32, bytes.length())
        } else {
            bytes
        };
        let subtle = subtle::subtle()?;
        let chunks = body.length().div_ceil(SEALED_CHUNK);
        let promises = Array::new_with_length(chunks);
        for chunk in 0..chunks {
            let (start, end) = (
                chunk * SEALED_CHUNK,
                ((chunk + 1) * SEALED_CHUNK).min(body.length()),
            );
            let parameters = subtle::parameters(
                &self.nonce,
                self.layout.first_chunk_of_segment(first) + u64::from(chunk),
            );
            let promise = subtle
                .decrypt_with_object_and_js_u8_array(
                    &parameters,
                    &self.key,
                    &body.subarray(start, end),
                )
                .map_err(|error| Failure::subtle(&error))?;
            promises.set(chunk, promise.into());
        }
        // SubtleCrypto has one error for a tag that does not match.
        let opened = subtle::all(&promises)
            .await
            .map_err(|_| OpenError::Altered)?;
        let padded = body.length() - chunks * CHUNK_TAG as u32;
        let out = Uint8Array::new_with_length(padded);
        let mut at = 0;
        for plain in opened.iter() {
            let plain = Uint8Array::new(&plain);
            out.set(&plain, at);
            at += plain.length();
        }
        let (from, to) = self.layout.segments_plain(first, count);
        Ok(out.subarray(0, (to - from) as u32))
    }
}

fn parse(
    nonce: &[u8],
    header: &[u8],
    size: f64,
) -> Result<([u8; 12], [u8; HEADER], Layout), Failure> {
    let nonce = nonce
        .try_into()
        .map_err(|_| Failure::internal("a nonce is 12 bytes"))?;
    let header = header
        .try_into()
        .map_err(|_| Failure::internal("a header is 56 bytes"))?;
    let layout =
        Layout::new(size as u64).ok_or_else(|| Failure::internal("the file is too long"))?;
    Ok((nonce, header, layout))
}

/// The segments of a sealed part.
fn segments(layout: &Layout, part: u64, sealed: &Uint8Array) -> Vec<Uint8Array> {
    let ends = layout.segment_ends(part, sealed.length() as usize);
    let starts = std::iter::once(0).chain(ends.clone());
    starts
        .zip(ends)
        .map(|(start, end)| sealed.subarray(start as u32, end as u32))
        .collect()
}

/// SHA-256 of each.
async fn digest(segments: &[Uint8Array]) -> Result<Vec<[u8; 32]>, Failure> {
    let subtle = subtle::subtle()?;
    let promises = Array::new();
    for segment in segments {
        let promise = subtle
            .digest_with_str_and_js_u8_array("SHA-256", segment)
            .map_err(|error| Failure::subtle(&error))?;
        promises.push(&promise);
    }
    let hashes = subtle::all(&promises)
        .await
        .map_err(|error| Failure::subtle(&error))?;
    Ok(hashes
        .iter()
        .map(|hash| {
            let mut bytes = [0; 32];
            Uint8Array::new(&hash).copy_to(&mut bytes);
            bytes
        })
        .collect())
}
