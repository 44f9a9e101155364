//! Every context, and wrapped keys.

use vectors::{Case, NamedContext};

use super::{Out, envelope::Message, opens, refused};

pub(super) fn add(out: &mut Out) {
    contexts(out);
    wrapped_keys(out);
}

/// One that opens for every purpose, so that no layout changes unnoticed.
fn contexts(out: &mut Out) {
    let (vault, node, user, version) = ([0x20; 16], [0x11; 16], [0x30; 16], [0x40; 16]);
    for (purpose, context) in [
        (
            "account-key-by-password",
            NamedContext::AccountKeyByPassword {
                user,
                kdf: [0x50; 32],
            },
        ),
        (
            "account-key-by-recovery",
            NamedContext::AccountKeyByRecovery { user },
        ),
        ("account-key-kept", NamedContext::AccountKeyKept { user }),
        ("avatar", NamedContext::Avatar { user }),
        (
            "account-state",
            NamedContext::AccountState { user, epoch: 258 },
        ),
        (
            "device-cache",
            NamedContext::DeviceCache { user, piece: node },
        ),
        (
            "search-index",
            NamedContext::SearchIndex { user, piece: node },
        ),
        ("pins", NamedContext::Pins { user, epoch: 258 }),
        (
            "node-key",
            NamedContext::NodeKey {
                vault,
                parent: [0x21; 16],
                parent_epoch: 1,
                node,
                kind: 1,
                epoch: 258,
            },
        ),
        ("metadata", NamedContext::Metadata { node, rev: 258 }),
        ("version", NamedContext::Version { node, version }),
        ("content-key", NamedContext::ContentKey { node, version }),
        ("segments", NamedContext::Segments { node, version }),
        ("content", NamedContext::Content { node, version }),
        ("thumbnail", NamedContext::Thumbnail { node, version }),
        ("upload-state", NamedContext::UploadState { user, version }),
        ("upload-key", NamedContext::UploadKey { user, version }),
        (
            "head",
            NamedContext::Head {
                vault,
                node,
                seq: 258,
                epoch: 1,
            },
        ),
        (
            "acl",
            NamedContext::Acl {
                root: node,
                seq: 258,
            },
        ),
    ] {
        let name = format!("context-{purpose}");
        let message = Message::of(&name, context, purpose.as_bytes());
        opens(
            out,
            &name,
            &format!("The context of {purpose} has its documented layout."),
            message.case(),
            &message.plain,
        );
    }
}

fn wrapped_keys(out: &mut Out) {
    let place = |kind, parent_epoch, epoch| NamedContext::NodeKey {
        vault: [0x20; 16],
        parent: [0x21; 16],
        parent_epoch,
        node: [0x11; 16],
        kind,
        epoch,
    };
    let message = Message::of("wrapped-key", place(0, 1, 1), &[0x77; 32]);
    let case = |context, wrapped: &[u8]| Case::WrappedKey {
        under: message.key,
        context,
        wrapped: wrapped.into(),
    };
    let wrapped = &message.sealed[..];
    opens(
        out,
        "wrapped-key",
        "A wrapped key opens in its place.",
        case(place(0, 1, 1), wrapped),
        &message.plain,
    );
    let reason = "does-not-belong-here";
    refused(
        out,
        "wrapped-key-another-kind",
        "A file's key does not pass for a folder's.",
        case(place(1, 1, 1), wrapped),
        reason,
    );
    refused(
        out,
        "wrapped-key-older-epoch",
        "An old key does not pass for the new one.",
        case(place(0, 1, 2), wrapped),
        reason,
    );
    refused(
        out,
        "wrapped-key-older-parent",
        "A key wrapped under the parent's old epoch does not pass for one under the new.",
        case(place(0, 2, 1), wrapped),
        reason,
    );
    refused(
        out,
        "wrapped-key-cut",
        "A wrapped key has 104 bytes and no fewer.",
        case(place(0, 1, 1), &wrapped[..103]),
        "truncated",
    );
    let longer = Message::of("wrapped-key", place(0, 1, 1), &[0x77; 33]);
    refused(
        out,
        "wrapped-key-too-long",
        "A well-sealed message of 33 bytes is no wrapped key.",
        case(place(0, 1, 1), &longer.sealed),
        "trailing-data",
    );
    let shorter = Message::of("wrapped-key", place(0, 1, 1), &[0x77; 31]);
    refused(
        out,
        "wrapped-key-too-short",
        "A well-sealed message of 31 bytes is no wrapped key.",
        case(place(0, 1, 1), &shorter.sealed),
        "truncated",
    );
}
