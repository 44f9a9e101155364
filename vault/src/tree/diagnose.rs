//! From a listing that is not what the head says to what is wrong with it.
//!
//! The head has the number of children, the hash over them all, and the XOR of their
//! entries. The XOR alone proves nothing, but it lets the client compute what one or two
//! changed entries must have been; the hash then proves it. So the rest of the folder stays
//! usable, and only what the server bent is put aside.

use std::collections::HashMap;

use protocol::NodeId;

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

/// Entries among which an altered one is searched for; beyond it costs too much.
const SEARCH: usize = 4096;

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
    let proves =
        |leaves: &Leaves| leaves.len() as u64 == claim.count && children_hash(leaves) == claim.hash;
    if proves(listed) {
        return Some(Diagnosis {
            truth: listed.clone(),
            ..Diagnosis::default()
        });
    }
    if let Some(known) = known.filter(|known| proves(known)) {
        return Some(compare(known.clone(), listed));
    }
    let without_suspects: Leaves = listed
        .iter()
        .filter(|(id, _)| !suspects.contains(id))
        .map(|(id, leaf)| (*id, *leaf))
        .collect();
    let exchanged = exchanges.iter().map(|exchange| {
        let mut leaves = listed.clone();
        leaves.extend(exchange.iter().copied());
        leaves
    });
    let starts: Vec<Leaves> = [listed.clone(), without_suspects]
        .into_iter()
        .chain(exchanged)
        .collect();
    starts
        .iter()
        .find_map(|start| {
            candidates(claim, start)
                .into_iter()
                .find(|leaves| proves(leaves))
        })
        .map(|truth| compare(truth, listed))
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

/// Sets of children that differ little from `start` and have the claimed XOR.
fn candidates(claim: &Claim, start: &Leaves) -> Vec<Leaves> {
    let difference = xor(&claim.sum, &children_sum(start));
    let mut found = vec![start.clone()];
    match claim.count.checked_sub(start.len() as u64) {
        // One is missing: the difference is its entry.
        Some(1) => found.push(with(start, &difference)),
        // One was exchanged for another, or changed.
        Some(0) => {
            for (id, leaf) in start.iter().take(SEARCH) {
                let replaced = xor(&difference, &entry(*id, leaf));
                // One wrong guess in 64 looks like an id: only for those the hash is computed.
                if is_random_uuid(&replaced) {
                    found.push(with(&without(start, &[*id]), &replaced));
                }
            }
        }
        Some(_) => {}
        None => {
            let entries: HashMap<Sum, NodeId> = start
                .iter()
                .map(|(id, leaf)| (entry(*id, leaf), *id))
                .collect();
            // One too many: the difference is its entry. Two: the XOR of theirs.
            if let Some(extra) = entries.get(&difference) {
                found.push(without(start, &[*extra]));
            }
            for (one, id) in &entries {
                if let Some(other) = entries
                    .get(&xor(&difference, one))
                    .filter(|other| *other > id)
                {
                    found.push(without(start, &[*id, *other]));
                }
            }
        }
    }
    found
}

fn is_random_uuid(entry: &Sum) -> bool {
    entry[6] >> 4 == 4 && entry[8] >> 6 == 2
}

fn with(leaves: &Leaves, added: &Sum) -> Leaves {
    let mut leaves = leaves.clone();
    let (mut id, mut leaf) = ([0; 16], [0; 32]);
    id.copy_from_slice(&added[..16]);
    leaf.copy_from_slice(&added[16..]);
    leaves.insert(NodeId::from_bytes(id), leaf);
    leaves
}

fn without(leaves: &Leaves, removed: &[NodeId]) -> Leaves {
    let mut leaves = leaves.clone();
    for id in removed {
        leaves.remove(id);
    }
    leaves
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id(seed: u64) -> NodeId {
        let hash = crypto_core::sha256(&seed.to_be_bytes());
        NodeId::from_random(hash[..16].try_into().unwrap())
    }

    fn leaves(seeds: impl Iterator<Item = u64>) -> Leaves {
        seeds
            .map(|seed| (id(seed), crypto_core::sha256(id(seed).as_bytes())))
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
