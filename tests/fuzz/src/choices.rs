//! Choices made by the fuzzer's bytes, and changes to other bytes.

/// Bytes read as choices; once they are used up, everything is 0.
pub(crate) struct Choices<'a>(&'a [u8]);

impl<'a> Choices<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn byte(&mut self) -> u8 {
        match self.0.split_first() {
            Some((first, rest)) => {
                self.0 = rest;
                *first
            }
            None => 0,
        }
    }

    pub(crate) fn number(&mut self) -> u64 {
        u64::from_be_bytes(std::array::from_fn(|_| self.byte()))
    }

    /// Below `count`, or 0 if that is 0.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        let number = usize::from(self.byte()) << 8 | usize::from(self.byte());
        number % count.max(1)
    }

    pub(crate) fn one_of<'b, T>(&mut self, all: &'b [T]) -> &'b T {
        &all[self.below(all.len())]
    }

    pub(crate) fn take(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(count.min(self.0.len()));
        self.0 = rest;
        taken
    }

    pub(crate) fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.0)
    }

    /// Changes some bytes in one way.
    pub(crate) fn change(&mut self, bytes: &mut Vec<u8>) {
        let at = self.below(bytes.len() + 1);
        match self.byte() % 6 {
            0 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << (self.byte() % 8);
                }
            }
            1 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = self.byte();
                }
            }
            2 => bytes.truncate(at),
            3 => {
                let count = usize::from(self.byte());
                let more = self.take(count);
                bytes.splice(at..at, more.iter().copied());
            }
            4 => {
                let end = (at + 1 + usize::from(self.byte())).min(bytes.len());
                bytes.drain(at..end);
            }
            _ => {
                let from = self.below(bytes.len());
                let count = usize::from(self.byte()).min(bytes.len() - from.max(at));
                let copy = bytes[from..from + count].to_vec();
                bytes[at..at + count].copy_from_slice(&copy);
            }
        }
    }
}
