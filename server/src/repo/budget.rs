//! How much one page may hold: sealed records can be large, so counting them is not enough.

/// The sealed bytes of one page at most, unless a single entry or commit has more.
pub(crate) const PAGE_BYTES: u64 = 8 * 1024 * 1024;
/// What an entry costs besides its sealed bytes: its ids, times and counters.
pub(crate) const ENTRY: u64 = 256;
/// What a row costs in the database besides its sealed bytes: ids, counters, its share of indexes.
pub(crate) const ROW: i64 = 256;

/// What is left of a page.
pub(crate) struct Budget {
    entries: u64,
    bytes: u64,
    empty: bool,
}

impl Budget {
    /// A page of so many entries, and of [`PAGE_BYTES`].
    pub(crate) fn page(entries: u64) -> Self {
        Self {
            entries,
            bytes: PAGE_BYTES,
            empty: true,
        }
    }

    /// Whether another entry with so many sealed bytes fits; the first one always does.
    pub(crate) fn take(&mut self, sealed: usize) -> bool {
        let cost = (sealed as u64).saturating_add(ENTRY);
        let fits = self.empty || (self.entries > 0 && cost <= self.bytes);
        self.empty = false;
        self.entries = self.entries.saturating_sub(1);
        self.bytes = self.bytes.saturating_sub(cost);
        fits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_ends_by_entries_or_by_bytes_and_is_never_empty() {
        let mut few = Budget::page(2);
        assert_eq!([1, 1, 1].map(|n| few.take(n)), [true, true, false]);
        let third = (PAGE_BYTES / 3) as usize;
        let mut large = Budget::page(100);
        assert_eq!(
            [third, third, third].map(|n| large.take(n)),
            [true, true, false]
        );
        let mut huge = Budget::page(100);
        assert_eq!([3 * third + 9, 1].map(|n| huge.take(n)), [true, false]);
    }
}
