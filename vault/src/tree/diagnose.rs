//! From a listing that is not what the head says to what is wrong with it.
//!
//! The head has the number of children, the hash over them all, and the XOR of their
//! entries. The XOR alone proves nothing, but it lets the client compute what one or two
//! changed entries must have been; the hash then proves it. So the rest of the folder stays
//! usable, and only what the server bent is put aside.

use std::collections::HashMap;

use crypto_core::{context, sha256};
use protocol::NodeId;

use crate::ordered;

use super::leaf::{Leaves, Sum, children_hash, children_sum, entry, xor};

/// What the head says about the children.
pub(crate) struct Claim {
    pub(crate) count: u64,
    pub(crate) hash: [u8; 32],
    pub(crate) sum: Sum,
}

/// What the children really are, and what the listing got wrong.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Diagnosis {
    /// Exactly what the head signs.
    pub(crate) truth: Leaves,
    /// Listed, but not signed.
    pub(crate) injected: Vec<NodeId>,
    /// Signed, but not listed.
    pub(crate) missing: Vec<NodeId>,
    /// Listed otherwise than signed.
    pub(crate) altered: Vec<NodeId>,
}

/// Two leaves as they would be if the server had exchanged something between them.
pub(crate) type Exchange = [(NodeId, [u8; 32]); 2];

/// How many entries all guesses together may hash: a liar costs the client no more than
/// about a second. A folder of a thousand children is searched to the end.
const BUDGET: usize = 1_200_000;

/// Finds the children that the head signs, starting from what was listed. `known` is what
/// this device knows of the same head, if anything; `suspects` are listed nodes that do not
/// open, and `exchanges` what the leaves of two of them would be with their keys or metadata
/// exchanged. `None` if the difference is too large to tell.
pub(crate) fn diagnose(
    claim: &Claim,
    listed: &Leaves,
    known: Option<&Leaves>,
    suspects: &[NodeId],
    exchanges: &[Exchange],
) -> Option<Diagnosis> {
    if claim.proves(listed) {
        return Some(Diagnosis {
            truth: listed.clone(),
            ..Diagnosis::default()
        });
    }
    if let Some(known) = known.filter(|known| claim.proves(known)) {
        return Some(compare(known.clone(), listed));
    }
    let without_suspects: Leaves = ordered::map(
        listed
            .iter()
            .filter(|(id, _)| !suspects.contains(id))
            .map(|(id, leaf)| (*id, *leaf)),
    );
    let mut budget = BUDGET;
    let exchanged = exchanges.iter().map(|exchange| Guess {
        without: exchange.iter().map(|(id, _)| *id).collect(),
        with: exchange.to_vec(),
    });
    let truth = claim
        .first_right(
            &without_suspects,
            guesses(claim, &without_suspects),
            &mut budget,
        )
        .or_else(|| claim.first_right(listed, exchanged, &mut budget))
        .or_else(|| claim.first_right(listed, guesses(claim, listed), &mut budget))?;
    Some(compare(truth, listed))
}

impl Claim {
    pub(super) fn proves(&self, leaves: &Leaves) -> bool {
        leaves.len() as u64 == self.count && children_hash(leaves) == self.hash
    }

    /// The first of `guesses` that the hash proves, while the budget lasts.
    fn first_right(
        &self,
        start: &Leaves,
        mut guesses: impl Iterator<Item = Guess>,
        budget: &mut usize,
    ) -> Option<Leaves> {
        guesses.find_map(|guess| {
            *budget = budget.checked_sub(start.len() + 1)?;
            let right = guess.count(start) == self.count && guess.hash(start) == self.hash;
            right.then(|| guess.apply(start))
        })
    }
}

/// Small changes to a set of children.
#[derive(Default)]
struct Guess {
    without: Vec<NodeId>,
    with: Vec<(NodeId, [u8; 32])>,
}

impl Guess {
    fn count(&self, start: &Leaves) -> u64 {
        let gone = self
            .without
            .iter()
            .filter(|id| start.contains_key(id))
            .count();
        (start.len() - gone + self.with.len()) as u64
    }

    /// The children hash after the changes, without making the set.
    fn hash(&self, start: &Leaves) -> [u8; 32] {
        let mut added: Vec<_> = self.with.clone();
        added.sort_unstable();
        let mut added = added.into_iter().peekable();
        let mut bytes =
            Vec::with_capacity(context::CHILDREN.len() + 48 * (start.len() + self.with.len()));
        bytes.extend_from_slice(context::CHILDREN);
        for (id, leaf) in start.iter().filter(|(id, _)| !self.without.contains(id)) {
            while let Some((before, leaf)) = added.next_if(|(added, _)| added < id) {
                bytes.extend_from_slice(&entry(before, &leaf));
            }
            bytes.extend_from_slice(&entry(*id, leaf));
        }
        for (id, leaf) in added {
            bytes.extend_from_slice(&entry(id, &leaf));
        }
        sha256(&bytes)
    }

    fn apply(&self, start: &Leaves) -> Leaves {
        let mut leaves = start.clone();
        leaves.retain(|id, _| !self.without.contains(id));
        leaves.extend(self.with.iter().copied());
        leaves
    }
}

fn compare(truth: Leaves, listed: &Leaves) -> Diagnosis {
    let injected = listed
        .keys()
        .filter(|id| !truth.contains_key(id))
        .copied()
        .collect();
    let missing = truth
        .keys()
        .filter(|id| !listed.contains_key(id))
        .copied()
        .collect();
    let altered = listed
        .iter()
        .filter(|(id, leaf)| truth.get(id).is_some_and(|signed| signed != *leaf))
        .map(|(id, _)| *id)
        .collect();
    Diagnosis {
        truth,
        injected,
        missing,
        altered,
    }
}

/// Changes to `start` after which it has the claimed number of children and the claimed XOR.
fn guesses<'a>(claim: &Claim, start: &'a Leaves) -> Box<dyn Iterator<Item = Guess> + 'a> {
    let difference = xor(&claim.sum, &children_sum(start));
    match claim.count.checked_sub(start.len() as u64) {
        // One is missing: the difference is its entry.
        Some(1) => Box::new(std::iter::once(Guess {
            without: Vec::new(),
            with: vec![split(&difference)],
        })),
        // None, or one exchanged for another, or changed.
        Some(0) => Box::new(std::iter::once(Guess::default()).chain(start.iter().map(
            move |(id, leaf)| Guess {
                without: vec![*id],
                with: vec![split(&xor(&difference, &entry(*id, leaf)))],
            },
        ))),
        Some(_) => Box::new(std::iter::empty()),
        // One too many: the difference is its entry. Two: the XOR of theirs.
        None => {
            let entries: HashMap<Sum, NodeId> = start
                .iter()
                .map(|(id, leaf)| (entry(*id, leaf), *id))
                .collect();
            let one = entries.get(&difference).map(|extra| vec![*extra]);
            let mut two = entries.iter().filter_map(|(one, id)| {
                let other = entries
                    .get(&xor(&difference, one))
                    .filter(|other| *other > id)?;
                Some(vec![*id, *other])
            });
            let found: Vec<Vec<NodeId>> = one.into_iter().chain(two.next()).collect();
            Box::new(found.into_iter().map(|without| Guess {
                without,
                with: Vec::new(),
            }))
        }
    }
}

fn split(added: &Sum) -> (NodeId, [u8; 32]) {
    let (mut id, mut leaf) = ([0; 16], [0; 32]);
    id.copy_from_slice(&added[..16]);
    leaf.copy_from_slice(&added[16..]);
    (NodeId::from_bytes(id), leaf)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id(seed: u64) -> NodeId {
        let hash = sha256(&seed.to_be_bytes());
        NodeId::from_random(hash[..16].try_into().unwrap())
    }

    fn leaves(seeds: impl Iterator<Item = u64>) -> Leaves {
        seeds
            .map(|seed| (id(seed), sha256(id(seed).as_bytes())))
            .collect()
    }

    fn claim(truth: &Leaves) -> Claim {
        Claim {
            count: truth.len() as u64,
            hash: children_hash(truth),
            sum: children_sum(truth),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn one_liar_is_named(count in 1u64..200, at: prop::sample::Index, how in 0..5) {
            let truth = leaves(0..count);
            let victim = id(at.index(count as usize) as u64);
            let mut listed = truth.clone();
            let mut expected = Diagnosis { truth: truth.clone(), ..Diagnosis::default() };
            if matches!(how, 0 | 2) {
                listed.remove(&victim);
                expected.missing.push(victim);
            }
            if matches!(how, 1 | 2 | 4) {
                listed.insert(id(9999), [7; 32]);
                expected.injected.push(id(9999));
            }
            if how == 4 {
                listed.insert(id(9998), [8; 32]);
                expected.injected.push(id(9998));
                expected.injected.sort();
            }
            if how == 3 {
                listed.insert(victim, [9; 32]);
                expected.altered.push(victim);
            }
            prop_assert_eq!(diagnose(&claim(&truth), &listed, None, &[], &[]), Some(expected));
        }

        #[test]
        fn any_number_is_named_by_who_knows(count in 4u64..100) {
            let truth = leaves(0..count);
            let mut listed = leaves(3..count + 2);
            listed.insert(id(3), [1; 32]);
            let found = diagnose(&claim(&truth), &listed, Some(&truth), &[], &[]).unwrap();
            prop_assert_eq!((found.missing.len(), found.injected.len(), found.altered.len()), (3, 2, 1));
            prop_assert_eq!(found.truth, truth);
        }
    }

    #[test]
    fn a_liar_costs_little() {
        // Two changed leaves in a large folder: there is nothing to find, and looking ends.
        let truth = leaves(0..5000);
        let mut listed = truth.clone();
        listed.insert(id(1), [1; 32]);
        listed.insert(id(2), [2; 32]);
        assert_eq!(diagnose(&claim(&truth), &listed, None, &[], &[]), None);
        // With what does not open known, one missing leaf is computed at any size.
        listed.insert(id(2), truth[&id(2)]);
        let found = diagnose(&claim(&truth), &listed, None, &[id(1)], &[]).unwrap();
        assert_eq!(found.altered, [id(1)]);
    }

    #[test]
    fn exchanged_leaves_are_found() {
        let truth = leaves(0..50);
        let mut listed = truth.clone();
        listed.insert(id(1), [1; 32]);
        listed.insert(id(2), [2; 32]);
        let exchange = [(id(1), truth[&id(1)]), (id(2), truth[&id(2)])];
        let found = diagnose(&claim(&truth), &listed, None, &[id(1), id(2)], &[exchange]).unwrap();
        assert_eq!((found.truth, found.altered.len()), (truth, 2));
    }

    #[test]
    fn too_large_a_difference_is_no_guess() {
        let truth = leaves(0..10);
        assert_eq!(
            diagnose(&claim(&truth), &leaves(3..10), None, &[], &[]),
            None
        );
        assert_eq!(
            diagnose(&claim(&truth), &leaves(0..15), None, &[], &[]),
            None
        );
    }
}
