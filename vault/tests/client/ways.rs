//! Ways out of what a lying server shows.

use vault::{VaultError, tree::Way};

use crate::shelf::sign_up;

/// The highest rev that is believed.
const HIGHEST: u64 = (1 << 60) - 1;

#[test]
fn what_was_kept_is_not_put_on_top_of_an_endless_counter() {
    for (rev, epoch, offered) in [
        (HIGHEST - 1, 1, true),
        (1, HIGHEST, true),
        (HIGHEST, 1, false),
        (u64::MAX, 1, false),
        (1, u64::MAX, false),
    ] {
        let (mut vault, mut shelf, mut rng) = sign_up(30);
        let root = vault.root();
        let file = shelf.upload(&mut vault, "a", b"x", &mut rng);
        let mut lie = shelf.listing(&vault);
        let node = &mut lie.pages[0].children[0];
        (node.metadata.rev, node.epoch) = (rev, epoch);
        let view = vault.open_folder(root, &lie).unwrap();
        assert_eq!(view.findings.len(), 1, "{rev} {epoch}");

        let ways = vault.ways(root, Some(file));
        assert_eq!(ways.contains(&Way::RestoreKept), offered, "{rev} {epoch}");
        assert!(ways.contains(&Way::Remove));
        let restored = vault.resolve(root, file, Way::RestoreKept, 20, &mut rng);
        if offered {
            let commit = restored.unwrap();
            vault.committed(commit.id).unwrap();
            assert_eq!(vault.entry(file).unwrap().name, "a");
        } else {
            assert_eq!(restored.err(), Some(VaultError::NoSuchEntry));
        }
    }
}
