//! Ordered maps and sets, filled one by one: `collect` would bring a sort of its own for each
//! type into the browser's module, a tenth of it in all.

use std::collections::{BTreeMap, BTreeSet};

pub(crate) fn map<K: Ord, V>(entries: impl IntoIterator<Item = (K, V)>) -> BTreeMap<K, V> {
    let mut map = BTreeMap::new();
    for (key, value) in entries {
        map.insert(key, value);
    }
    map
}

pub(crate) fn set<K: Ord>(entries: impl IntoIterator<Item = K>) -> BTreeSet<K> {
    let mut set = BTreeSet::new();
    for entry in entries {
        set.insert(entry);
    }
    set
}
