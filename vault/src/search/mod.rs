//! Search in names, tags, categories, descriptions and texts, in memory.
//!
//! Everything that is compared is kept folded ([`fold`]) in one string, entry after entry, so
//! that a word is looked for by running over memory once: any part of a name is found, and a
//! hundred thousand entries take milliseconds. Texts, which are longer, have an index of their
//! words ([`text`]). Nothing here is secret from the person or known to the server; it is made
//! of what was verified, and gone with the vault.

mod excerpt;
mod fold;
mod kind;
mod letters;
mod query;
mod text;

use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
};

use memchr::memmem::Finder;
use protocol::{NodeId, NodeKind};

pub(crate) use self::excerpt::excerpt;
pub use self::{
    kind::FileKind,
    query::{Found, Hit, Place, Query},
};
use self::{letters::Letters, text::Texts};

/// Words of a query that are looked for; the rest is ignored.
const MAX_QUERY_WORDS: usize = 16;
/// Ends every field. Folded text has no controls.
const END: char = '\n';
const NO_TEXT: u32 = u32::MAX;
/// Found nowhere.
const NOWHERE: u8 = u8::MAX;
/// What is searched of an entry.
pub struct Doc<'a> {
    /// File or folder.
    pub kind: NodeKind,
    /// The folder that it is in.
    pub folder: NodeId,
    /// Its name.
    pub name: &'a str,
    /// Its media type.
    pub media_type: &'a str,
    /// Its tags.
    pub tags: &'a [String],
    /// Its category.
    pub category: &'a str,
    /// Its description.
    pub description: &'a str,
    /// Milliseconds since 1970.
    pub modified: u64,
    /// Whether it has a star.
    pub starred: bool,
    /// Whether it is in the trash.
    pub trashed: bool,
}

/// An index of one vault's entries.
#[derive(Default)]
pub struct SearchIndex {
    /// The folded fields of all entries, also of those that are gone until the next
    /// [`SearchIndex::compact`]. Each field ends with [`END`].
    fields: String,
    /// In the order of their fields.
    slots: Vec<Slot>,
    by_node: HashMap<NodeId, u32>,
    folders: Vec<NodeId>,
    by_folder: HashMap<NodeId, u32>,
    gone: usize,
    texts: Texts,
    /// For each text its slot, and the version of the content that it is of.
    text_of: Vec<(u32, [u8; 16])>,
}

struct Slot {
    node: NodeId,
    modified: u64,
    /// Where its fields begin and end: name, tags, category, description.
    start: u32,
    name_end: u32,
    tags_end: u32,
    category_end: u32,
    end: u32,
    /// Its place in `folders`.
    folder: u32,
    /// Its place in `text_of`.
    text: u32,
    letters: Letters,
    kind: FileKind,
    starred: bool,
    trashed: bool,
    gone: bool,
}

impl SearchIndex {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_node.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_node.is_empty()
    }

    /// Adds an entry, or takes over what has changed of it. Its text stays.
    pub fn upsert(&mut self, node: NodeId, doc: &Doc) {
        let start = self.fields.len();
        let [name_end, tags_end, category_end, end] = self.append(doc);
        // Offsets are 32 bits wide: what is beyond 4 GiB is not found.
        let Ok(end) = u32::try_from(end) else {
            self.fields.truncate(start);
            return;
        };
        let mut slot = Slot {
            node,
            modified: doc.modified,
            start: start as u32,
            name_end: name_end as u32,
            tags_end: tags_end as u32,
            category_end: category_end as u32,
            end,
            folder: self.folder_number(doc.folder),
            text: NO_TEXT,
            letters: Letters::default(),
            kind: FileKind::of(doc.kind, doc.name, doc.media_type),
            starred: doc.starred,
            trashed: doc.trashed,
            gone: false,
        };
        if let Some(&number) = self.by_node.get(&node) {
            let known = &mut self.slots[number as usize];
            slot.text = known.text;
            if known.has_fields_of(&slot, &self.fields) {
                self.fields.truncate(start);
                let ends = (known.start, known.name_end, known.tags_end);
                (slot.start, slot.name_end, slot.tags_end) = ends;
                (slot.category_end, slot.end) = (known.category_end, known.end);
                slot.letters = known.letters;
                *known = slot;
                return;
            }
            known.gone = true;
            self.gone += 1;
        }
        slot.letters = Letters::of([
            &self.fields[start..name_end],
            &self.fields[name_end..category_end],
            &self.fields[category_end..],
        ]);
        let number = self.slots.len() as u32;
        if slot.text != NO_TEXT {
            self.text_of[slot.text as usize].0 = number;
        }
        self.slots.push(slot);
        self.by_node.insert(node, number);
        self.tidy();
    }

    /// Takes an entry out, with its text.
    pub fn remove(&mut self, node: NodeId) {
        if let Some(number) = self.by_node.remove(&node) {
            let slot = &mut self.slots[number as usize];
            slot.gone = true;
            self.gone += 1;
            if slot.text != NO_TEXT {
                self.texts.remove(slot.text);
            }
            self.tidy();
        }
    }

    /// Keeps the entries for which `keep` says so, by their node and folder.
    pub fn retain(&mut self, keep: impl Fn(NodeId, NodeId) -> bool) {
        let stale = self.slots.iter().filter(|slot| !slot.gone);
        let stale = stale.filter(|slot| !keep(slot.node, self.folders[slot.folder as usize]));
        for node in stale.map(|slot| slot.node).collect::<Vec<_>>() {
            self.remove(node);
        }
    }

    /// Sets the text of an entry, and the version of the content that it is of; the first
    /// 20,000 words count. `false` if the entry is not known or there is no room for its text,
    /// which is not found then.
    pub fn set_text(&mut self, node: NodeId, version: [u8; 16], text: &str) -> bool {
        self.put_text(node, version, |texts| texts.add(text))
    }

    /// The version of the content whose text was set last.
    #[must_use]
    pub fn text_version(&self, node: NodeId) -> Option<[u8; 16]> {
        let slot = &self.slots[*self.by_node.get(&node)? as usize];
        (slot.text != NO_TEXT).then(|| self.text_of[slot.text as usize].1)
    }

    /// Takes the text of an entry out.
    pub fn remove_text(&mut self, node: NodeId) {
        if let Some(&number) = self.by_node.get(&node) {
            self.drop_text(number);
            self.tidy();
        }
    }

    /// Looks for something.
    #[must_use]
    pub fn query(&self, query: &Query) -> Found {
        let folded = fold::fold(query.text);
        let mut words: Vec<&str> = folded.split_whitespace().take(MAX_QUERY_WORDS).collect();
        // Long words are rare, and leave less to look at.
        words.sort_unstable_by_key(|word| (Reverse(word.len()), *word));
        words.dedup();
        let eligible = self.filter(query);
        let mut scores = Scores::new(self.slots.len());
        let mut candidates: Vec<u32> = Vec::new();
        for (index, word) in words.iter().enumerate() {
            let places = self.places(word, (index > 0).then_some(&*candidates));
            if index == 0 {
                let all = 0..self.slots.len() as u32;
                candidates = all
                    .filter(|&slot| places[slot as usize] != NOWHERE && eligible(slot))
                    .collect();
            } else {
                candidates.retain(|&slot| places[slot as usize] != NOWHERE);
            }
            for &slot in &candidates {
                scores.add(slot, places[slot as usize]);
            }
        }
        if words.is_empty() {
            candidates = (0..self.slots.len() as u32)
                .filter(|&slot| eligible(slot))
                .collect();
        }
        let total = candidates.len();
        let order = |slot: &u32| {
            let known = &self.slots[*slot as usize];
            (
                scores.sum[*slot as usize],
                Reverse(known.modified),
                known.node,
            )
        };
        if query.limit < total {
            candidates.select_nth_unstable_by_key(query.limit, order);
            candidates.truncate(query.limit);
        }
        candidates.sort_unstable_by_key(order);
        let hits = candidates.into_iter().map(|slot| Hit {
            node: self.slots[slot as usize].node,
            place: (!words.is_empty()).then(|| Place::ALL[scores.worst[slot as usize] as usize]),
        });
        Found {
            hits: hits.collect(),
            total,
        }
    }

    /// Whether a slot meets everything of a query but its words.
    fn filter<'a>(&'a self, query: &'a Query) -> impl Fn(u32) -> bool + 'a {
        let kinds = query.kinds.iter().fold(0, |bits, kind| bits | kind.bit());
        let tags: HashSet<String> = query.tags.iter().map(|tag| fold::fold(tag)).collect();
        // Asked once for each folder.
        let folders: Option<Vec<bool>> = query
            .within
            .map(|within| self.folders.iter().map(|folder| within(*folder)).collect());
        move |number| {
            let slot = &self.slots[number as usize];
            let has_tags = || {
                let own = &self.fields[slot.name_end as usize..slot.tags_end as usize];
                tags.iter().all(|tag| own.split(END).any(|own| own == tag))
            };
            !slot.gone
                && slot.trashed == query.trashed
                && (!query.starred || slot.starred)
                && (kinds == 0 || kinds & slot.kind.bit() != 0)
                && query.modified.contains(&slot.modified)
                && folders
                    .as_ref()
                    .is_none_or(|folders| folders[slot.folder as usize])
                && (tags.is_empty() || has_tags())
        }
    }

    /// The best place of a word in each slot; if `candidates` are given, in those at least.
    fn places(&self, word: &str, candidates: Option<&[u32]>) -> Vec<u8> {
        let mut places = vec![NOWHERE; self.slots.len()];
        self.texts.find(word, |text| {
            places[self.text_of[text as usize].0 as usize] = Place::Text as u8;
        });
        if let [letter @ (b'a'..=b'z' | b'0'..=b'9')] = *word.as_bytes() {
            // It is almost everywhere, and what is known of each slot tells where.
            for (slot, place) in self.slots.iter().zip(&mut places) {
                let first = self.fields.as_bytes()[slot.start as usize];
                if let Some(found) = slot.letters.place(letter, first) {
                    *place = found as u8;
                }
            }
            return places;
        }
        let finder = Finder::new(word);
        let fields = self.fields.as_bytes();
        if let Some(candidates) = candidates {
            let needed = Letters::needed(word);
            for &number in candidates {
                let slot = &self.slots[number as usize];
                if slot.letters.has(needed)
                    && let Some(place) = self.place_in(slot, &finder, slot.start as usize)
                {
                    places[number as usize] = place as u8;
                }
            }
            return places;
        }
        let (mut number, mut at) = (0, 0);
        while let Some(hit) = finder.find(&fields[at..]) {
            let hit = at + hit;
            while self.slots[number].end as usize <= hit {
                number += 1;
            }
            let slot = &self.slots[number];
            if let Some(place) = self.place_in(slot, &finder, hit) {
                places[number] = place as u8;
            }
            at = slot.end as usize;
        }
        places
    }

    /// The best place of a word in one slot's fields, looked for from `at`.
    fn place_in(&self, slot: &Slot, finder: &Finder, mut at: usize) -> Option<Place> {
        let fields = &self.fields.as_bytes()[..slot.end as usize];
        let mut best = None;
        while let Some(hit) = finder.find(&fields[at..]) {
            let hit = at + hit;
            let place = if hit == slot.start as usize {
                Place::NameStart
            } else if hit < slot.name_end as usize {
                if self.starts_word(hit) {
                    Place::NameWord
                } else {
                    Place::Name
                }
            } else if hit < slot.category_end as usize {
                Place::Tag
            } else {
                Place::Description
            };
            // A better place can only follow a hit inside the name, and only there.
            if place != Place::Name {
                return Some(best.map_or(place, |best| place.min(best)));
            }
            best = Some(place);
            at = hit + 1;
        }
        best
    }

    fn starts_word(&self, at: usize) -> bool {
        let before = self.fields[..at].chars().next_back();
        before.is_none_or(|letter| !letter.is_alphanumeric())
    }

    /// Appends the folded fields of an entry; gives their ends.
    fn append(&mut self, doc: &Doc) -> [usize; 4] {
        let fields = &mut self.fields;
        let mut field = |text: &str| {
            fold::fold_into(text, fields);
            fields.push(END);
            fields.len()
        };
        let name_end = field(doc.name);
        let tags_end = doc.tags.iter().map(|tag| field(tag)).last();
        let category_end = field(doc.category);
        let end = field(doc.description);
        [name_end, tags_end.unwrap_or(name_end), category_end, end]
    }

    fn folder_number(&mut self, folder: NodeId) -> u32 {
        *self.by_folder.entry(folder).or_insert_with(|| {
            self.folders.push(folder);
            (self.folders.len() - 1) as u32
        })
    }

    fn put_text(
        &mut self,
        node: NodeId,
        version: [u8; 16],
        add: impl FnOnce(&mut Texts) -> Option<u32>,
    ) -> bool {
        let Some(&number) = self.by_node.get(&node) else {
            return false;
        };
        self.drop_text(number);
        let added = add(&mut self.texts);
        if let Some(text) = added {
            self.slots[number as usize].text = text;
            self.text_of.push((number, version));
        }
        self.tidy();
        added.is_some()
    }

    fn drop_text(&mut self, number: u32) {
        let slot = &mut self.slots[number as usize];
        if slot.text != NO_TEXT {
            self.texts.remove(slot.text);
            slot.text = NO_TEXT;
        }
    }

    /// Makes room, when most of what is kept is of entries or texts that are gone.
    fn tidy(&mut self) {
        if self.texts.is_wasteful() {
            let numbers = self.texts.compact();
            let kept = numbers.iter().zip(&self.text_of);
            self.text_of = kept
                .filter(|(number, _)| number.is_some())
                .map(|(_, text)| *text)
                .collect();
            for slot in self.slots.iter_mut().filter(|slot| slot.text != NO_TEXT) {
                slot.text = numbers[slot.text as usize].unwrap_or(NO_TEXT);
            }
        }
        if self.gone > 1000 && self.gone > self.slots.len() / 2 {
            self.compact();
        }
    }

    /// Forgets the fields of entries that are gone.
    fn compact(&mut self) {
        let mut fields = String::with_capacity(self.fields.len() / 2);
        self.slots.retain(|slot| !slot.gone);
        for (number, slot) in self.slots.iter_mut().enumerate() {
            let moved = slot.start - fields.len() as u32;
            fields.push_str(&self.fields[slot.start as usize..slot.end as usize]);
            slot.start -= moved;
            slot.name_end -= moved;
            slot.tags_end -= moved;
            slot.category_end -= moved;
            slot.end -= moved;
            self.by_node.insert(slot.node, number as u32);
            if slot.text != NO_TEXT {
                self.text_of[slot.text as usize].0 = number as u32;
            }
        }
        self.fields = fields;
        self.gone = 0;
    }
}

impl Slot {
    fn has_fields_of(&self, other: &Self, fields: &str) -> bool {
        let ends = |slot: &Self| {
            [slot.name_end, slot.tags_end, slot.category_end, slot.end].map(|end| end - slot.start)
        };
        let text = |slot: &Self| &fields[slot.start as usize..slot.end as usize];
        ends(self) == ends(other) && text(self) == text(other)
    }
}

/// How well each slot meets the words so far.
struct Scores {
    sum: Vec<u8>,
    worst: Vec<u8>,
}

impl Scores {
    fn new(slots: usize) -> Self {
        Self {
            sum: vec![0; slots],
            worst: vec![0; slots],
        }
    }

    fn add(&mut self, slot: u32, place: u8) {
        let slot = slot as usize;
        self.sum[slot] += place;
        self.worst[slot] = self.worst[slot].max(place);
    }
}

#[cfg(test)]
mod tests;
