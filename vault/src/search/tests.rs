use std::collections::{BTreeMap, BTreeSet};

use proptest::{prelude::*, sample::select};

use super::{fold::fold, *};

/// An entry as the tests hold it.
#[derive(Clone, Debug)]
struct Kept {
    folder: NodeId,
    name: String,
    tags: Vec<String>,
    category: String,
    description: String,
    modified: u64,
    starred: bool,
    trashed: bool,
    text: Option<String>,
}

impl Kept {
    fn named(name: &str) -> Self {
        Self {
            folder: id(0),
            name: name.into(),
            tags: Vec::new(),
            category: String::new(),
            description: String::new(),
            modified: 0,
            starred: false,
            trashed: false,
            text: None,
        }
    }

    fn doc(&self) -> Doc<'_> {
        Doc {
            kind: NodeKind::File,
            folder: self.folder,
            name: &self.name,
            media_type: "",
            tags: &self.tags,
            category: &self.category,
            description: &self.description,
            modified: self.modified,
            starred: self.starred,
            trashed: self.trashed,
        }
    }
}

fn id(number: u8) -> NodeId {
    NodeId::from_bytes([number; 16])
}

fn index(entries: &[Kept]) -> SearchIndex {
    let mut index = SearchIndex::new();
    for (number, entry) in (0..).zip(entries) {
        index.upsert(id(number), &entry.doc());
        if let Some(text) = &entry.text {
            assert!(index.set_text(id(number), [number; 16], text));
        }
    }
    index
}

fn names(entries: &[Kept], query: &Query) -> Vec<String> {
    let found = index(entries).query(query);
    let number = |hit: &Hit| hit.node.as_bytes()[0] as usize;
    let names = found
        .hits
        .iter()
        .map(|hit| entries[number(hit)].name.clone());
    names.collect()
}

/// Looks at every entry and every field, the plain way.
fn naive(entries: &BTreeMap<NodeId, Kept>, query: &Query) -> Found {
    let folded = fold(query.text);
    let words: BTreeSet<&str> = folded.split_whitespace().collect();
    let tags: Vec<String> = query.tags.iter().map(|tag| fold(tag)).collect();
    let place = |entry: &Kept, word: &str| {
        let name = fold(&entry.name);
        let starts: Vec<usize> = (0..name.len())
            .filter(|at| name.as_bytes()[*at..].starts_with(word.as_bytes()))
            .collect();
        let at_word = |at: &usize| !name[..*at].ends_with(char::is_alphanumeric);
        let mut in_text = false;
        if let Some(text) = &entry.text {
            let mut parts = Vec::new();
            fold::words(word, &mut |part| {
                parts.push(part.to_owned());
                true
            });
            let all_of = |text: &str| {
                let mut all = Vec::new();
                fold::words(&fold(text), &mut |word| {
                    all.push(word.to_owned());
                    true
                });
                all
            };
            let all = all_of(text);
            in_text = !parts.is_empty()
                && parts
                    .iter()
                    .all(|part| all.iter().any(|word| word.starts_with(part.as_str())));
        }
        if starts.contains(&0) {
            Some(Place::NameStart)
        } else if starts.iter().any(at_word) {
            Some(Place::NameWord)
        } else if !starts.is_empty() {
            Some(Place::Name)
        } else if entry
            .tags
            .iter()
            .chain([&entry.category])
            .any(|tag| fold(tag).contains(word))
        {
            Some(Place::Tag)
        } else if fold(&entry.description).contains(word) {
            Some(Place::Description)
        } else {
            in_text.then_some(Place::Text)
        }
    };
    let mut all: Vec<_> = entries
        .iter()
        .filter(|(_, entry)| {
            entry.trashed == query.trashed
                && (!query.starred || entry.starred)
                && query.modified.contains(&entry.modified)
                && query.within.is_none_or(|within| within(entry.folder))
                && tags
                    .iter()
                    .all(|tag| entry.tags.iter().any(|own| fold(own) == *tag))
                && (query.kinds.is_empty()
                    || query
                        .kinds
                        .contains(&FileKind::of(NodeKind::File, &entry.name, "")))
        })
        .filter_map(|(node, entry)| {
            let places: Option<Vec<Place>> = words.iter().map(|word| place(entry, word)).collect();
            let places = places?;
            let sum: u32 = places.iter().map(|place| *place as u32).sum();
            let worst = places.into_iter().max();
            Some((sum, Reverse(entry.modified), *node, worst))
        })
        .collect();
    all.sort_unstable();
    Found {
        total: all.len(),
        hits: all
            .into_iter()
            .take(query.limit)
            .map(|(_, _, node, place)| Hit { node, place })
            .collect(),
    }
}

#[test]
fn any_part_of_a_name_is_found_and_better_places_come_first() {
    let mut described = Kept::named("z");
    described.description = "the repört of last year".into();
    let mut tagged = Kept::named("y");
    tagged.tags = vec!["Reports".into()];
    let mut written = Kept::named("x.md");
    written.text = Some("This is reporting".into());
    let entries = [
        written,
        described,
        tagged,
        Kept::named("unreported.txt"),
        Kept::named("Annual Report.pdf"),
        Kept::named("REPORT-2024.pdf"),
    ];
    let query = Query {
        text: "report",
        ..Query::default()
    };
    let expected = [
        "REPORT-2024.pdf",
        "Annual Report.pdf",
        "unreported.txt",
        "y",
        "z",
        "x.md",
    ];
    assert_eq!(names(&entries, &query), expected);
    let places: Vec<_> = index(&entries).query(&query).hits;
    assert_eq!(
        places.iter().map(|hit| hit.place).collect::<Vec<_>>(),
        Place::ALL.map(Some)
    );
}

#[test]
fn the_best_place_counts() {
    let mut tagged = Kept::named("zzz");
    tagged.tags = vec!["xb".into()];
    tagged.description = "b".into();
    let mut described = Kept::named("zz");
    described.description = "b".into();
    let entries = [
        described,
        tagged,
        Kept::named("xab"),
        Kept::named("xab abc"),
        Kept::named("xb bc"),
        Kept::named("b"),
    ];
    for (text, expected) in [
        ("b", &["b", "xb bc", "xab", "xab abc", "zzz", "zz"][..]),
        ("ab", &["xab abc", "xab"]),
        ("xb", &["xb bc", "zzz"]),
    ] {
        let query = Query {
            text,
            ..Query::default()
        };
        assert_eq!(names(&entries, &query), expected, "{text}");
    }
}

#[test]
fn every_word_must_be_found_wherever() {
    let mut both = Kept::named("Zürich 2024.jpg");
    both.tags = vec!["holiday".into()];
    let entries = [both, Kept::named("zurich.jpg"), Kept::named("2024.jpg")];
    for text in ["zurich 2024", "2024  ZÜR", "holi rich"] {
        let query = Query {
            text,
            ..Query::default()
        };
        assert_eq!(names(&entries, &query), ["Zürich 2024.jpg"], "{text}");
    }
}

#[test]
fn nothing_is_found_across_fields() {
    let mut entry = Kept::named("ab");
    entry.tags = vec!["cd".into(), "ef".into()];
    entry.description = "gh".into();
    for text in ["bc", "de", "fg", "ab\ncd ", "\n"] {
        let query = Query {
            text,
            tags: if text == "\n" { &["d"] } else { &[] },
            ..Query::default()
        };
        let expected: &[&str] = if text.starts_with("ab") { &["ab"] } else { &[] };
        assert_eq!(names(&[entry.clone()], &query), expected, "{text:?}");
    }
}

#[test]
fn texts_follow_their_entries() {
    let mut index = index(&[Kept::named("a")]);
    let query = Query {
        text: "secret",
        ..Query::default()
    };
    assert!(!index.set_text(id(9), [1; 16], "secret"));
    assert!(index.set_text(id(0), [1; 16], "a secret plan"));
    index.upsert(id(0), &Kept::named("renamed").doc());
    assert_eq!(index.query(&query).total, 1);
    assert_eq!(index.text_version(id(0)), Some([1; 16]));
    assert!(index.set_text(id(0), [2; 16], "nothing here"));
    assert_eq!(index.query(&query).total, 0);
    index.set_text(id(0), [3; 16], "secret again");
    index.remove(id(0));
    assert_eq!(index.query(&query).total, 0);
    index.upsert(id(0), &Kept::named("renamed").doc());
    assert_eq!(index.query(&query).total, 0);
    assert_eq!(index.text_version(id(0)), None);
}

#[test]
fn many_changes_leave_no_waste() {
    let mut index = SearchIndex::new();
    let words: Vec<String> = (0..3000).map(|number| format!("word{number}")).collect();
    for round in 0..6000u32 {
        let name = format!("name {round}");
        index.upsert(id((round % 7) as u8), &Kept::named(&name).doc());
        if round % 100 == 0 {
            assert!(index.set_text(id((round % 7) as u8), [0; 16], &words.join(" ")));
        }
    }
    assert!(index.slots.len() < 2500 && index.fields.len() < 50_000);
    assert!(index.text_of.len() < 20);
    let query = |text| {
        index.query(&Query {
            text,
            ..Query::default()
        })
    };
    assert_eq!(query("5999").total, 1);
    assert_eq!(query("5992").total, 0);
    assert_eq!(query("word2999 name").total, 7);
}

const PIECES: &[&str] = &[
    "a", "b", "ab", "é", "É", "e\u{301}", "ß", " ", "-", ".pdf", ".txt", "文", "书", "7",
];

fn piece() -> impl Strategy<Value = String> {
    prop::collection::vec(select(PIECES), 1..5).prop_map(|pieces| pieces.concat())
}

prop_compose! {
    fn entry()(
        name in piece(),
        tags in prop::collection::vec(piece(), 0..3),
        category in prop_oneof![Just(String::new()), piece()],
        description in prop_oneof![Just(String::new()), piece()],
        text in prop::option::of(prop::collection::vec(piece(), 0..6)),
        (modified, folder, starred, trashed) in (0u64..5, 0u8..3, any::<bool>(), prop::bool::weighted(0.2)),
    ) -> Kept {
        let text = text.map(|pieces| pieces.join(" "));
        Kept { folder: id(folder), name, tags, category, description, modified, starred, trashed, text }
    }
}

#[derive(Clone, Debug)]
enum Step {
    Upsert(u8, Kept),
    Remove(u8),
    RemoveText(u8),
    Compact,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (0u8..12, entry()).prop_map(|(node, entry)| Step::Upsert(node, entry)),
        1 => (0u8..12).prop_map(Step::Remove),
        1 => (0u8..12).prop_map(Step::RemoveText),
        1 => Just(Step::Compact),
    ]
}

proptest! {
    #[test]
    fn finds_what_a_plain_search_finds(
        steps in prop::collection::vec(step(), 0..40),
        words in prop::collection::vec(select(PIECES).prop_union(select(&["aab", "a-b", "ba.txt", "书文"][..])), 0..4),
        tag in prop::option::of(piece()),
        (starred, trashed, pdf, half) in (prop::bool::weighted(0.2), prop::bool::weighted(0.2), prop::bool::weighted(0.2), any::<bool>()),
        modified in prop_oneof![Just(0..=u64::MAX), (0u64..5, 0u64..5).prop_map(|(from, to)| from..=to)],
        limit in 0usize..12,
    ) {
        let (mut entries, mut index) = (BTreeMap::new(), SearchIndex::new());
        for step in steps {
            match step {
                Step::Upsert(node, entry) => {
                    index.upsert(id(node), &entry.doc());
                    // A change without a text leaves the one that is there.
                    let text = match &entry.text {
                        Some(text) => {
                            prop_assert!(index.set_text(id(node), [0; 16], text));
                            entry.text.clone()
                        }
                        None => entries.get(&id(node)).and_then(|known: &Kept| known.text.clone()),
                    };
                    entries.insert(id(node), Kept { text, ..entry });
                }
                Step::Remove(node) => {
                    index.remove(id(node));
                    entries.remove(&id(node));
                }
                Step::RemoveText(node) => {
                    index.remove_text(id(node));
                    if let Some(entry) = entries.get_mut(&id(node)) {
                        entry.text = None;
                    }
                }
                Step::Compact => index.compact(),
            }
        }
        prop_assert_eq!(index.len(), entries.len());
        let within = |folder: NodeId| folder != id(1);
        let tags: Vec<&str> = tag.iter().map(String::as_str).collect();
        let query = Query {
            text: &words.join(" "),
            kinds: if pdf { &[FileKind::Pdf] } else { &[] },
            tags: &tags,
            modified,
            starred,
            trashed,
            within: half.then_some(&within),
            limit,
        };
        prop_assert_eq!(index.query(&query), naive(&entries, &query));
    }
}
