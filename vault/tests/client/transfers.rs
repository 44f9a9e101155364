//! Versions, thumbnails, and uploads that go on after the program ended.

use std::collections::BTreeMap;

use crate::shelf::{PASSWORD, Shelf, sign_up};
use protocol::{Change, FileDetails, NodeId, UploadId, VersionId};
use rand::{Rng as _, rngs::StdRng};
use vault::{
    Vault, VaultError,
    findings::FindingKind,
    transfer::{MAX_THUMBNAIL, UploadPlan},
};

const PART: usize = 8 << 20;

/// What is stored of each version.
type Blobs = BTreeMap<VersionId, Vec<u8>>;

fn finding<T>(result: Result<T, VaultError>) -> Option<FindingKind> {
    match result.err() {
        Some(VaultError::Finding(kind)) => Some(kind),
        _ => None,
    }
}

fn noise(length: usize, rng: &mut StdRng) -> Vec<u8> {
    let mut bytes = vec![0; length];
    rng.fill_bytes(&mut bytes);
    bytes
}

fn part<'a>(plan: &UploadPlan, part: u64, content: &'a [u8]) -> &'a [u8] {
    let (from, to) = plan.layout.plain_range(part);
    &content[from as usize..to as usize]
}

fn seal(plan: &mut UploadPlan, content: &[u8], rng: &mut StdRng) -> Vec<u8> {
    let mut blob = Vec::new();
    for index in 0..plan.layout.parts() {
        blob.extend(plan.seal_part(index, part(plan, index, content)).unwrap());
    }
    blob.extend(plan.finish(rng).unwrap());
    assert_eq!(blob.len() as u64, plan.total_len());
    blob
}

/// The hashes of the segments of one full part.
fn hashes(plan: &UploadPlan, part: u64, sealed: &[u8]) -> Vec<u8> {
    plan.layout
        .split(part, sealed)
        .flat_map(crypto_core::sha256)
        .collect()
}

fn commit(vault: &mut Vault, shelf: &mut Shelf, request: protocol::CommitRequest) {
    let id = request.id;
    shelf.commit(request);
    vault.committed(id).unwrap();
}

fn add_version(
    (vault, shelf, blobs): (&mut Vault, &mut Shelf, &mut Blobs),
    node: NodeId,
    content: &[u8],
    now: u64,
    rng: &mut StdRng,
) -> VersionId {
    let size = content.len() as u64;
    let mut plan = vault
        .plan_version(node, "text/markdown", now, size, rng)
        .unwrap();
    blobs.insert(plan.version(), seal(&mut plan, content, rng));
    let upload = UploadId::from_random([2; 16]);
    let request = vault
        .commit_version(
            (&plan, upload),
            &shelf.details(node).versions,
            None,
            now,
            rng,
        )
        .unwrap();
    commit(vault, shelf, request);
    plan.version()
}

fn read(
    vault: &Vault,
    details: &FileDetails,
    node: NodeId,
    version: Option<VersionId>,
    blobs: &Blobs,
) -> Result<Vec<u8>, VaultError> {
    let plan = match version {
        Some(version) => vault.plan_download_of(node, version, &details.versions)?,
        None => vault.plan_download(node, &details.versions)?,
    };
    let blob = &blobs[&plan.version()];
    plan.check_total(blob.len() as u64)?;
    let hashes = if plan.layout.segments() > 1 {
        let (from, to) = (plan.layout.content_len(), plan.layout.total_len());
        plan.open_segments(&blob[from as usize..to as usize])?
            .to_vec()
    } else {
        Vec::new()
    };
    let cipher = plan.open_header(&blob[..56])?;
    let mut content = Vec::new();
    for part in 0..plan.layout.parts() {
        let (from, to) = plan.layout.sealed_range(part);
        let sealed = &blob[from as usize..to as usize];
        content.extend_from_slice(&cipher.open_part(
            &plan.layout,
            part,
            sealed,
            &hashes,
            &plan.root,
        )?);
    }
    Ok(content)
}

#[test]
fn versions_are_listed_read_and_made_current_again() {
    let (mut vault, mut shelf, mut rng) = sign_up(51);
    let root = vault.root();
    let mut blobs = Blobs::new();
    let node = shelf.upload(&mut vault, "note.md", b"first", &mut rng);
    let first = shelf.details(node).versions[0].id;
    blobs.insert(first, shelf.blobs[&node].clone());
    let long = noise(700_000, &mut rng);
    let second = add_version(
        (&mut vault, &mut shelf, &mut blobs),
        node,
        &long,
        20,
        &mut rng,
    );
    let third = add_version(
        (&mut vault, &mut shelf, &mut blobs),
        node,
        b"the third",
        21,
        &mut rng,
    );

    let mut fresh = shelf.unlock(PASSWORD, None, true).unwrap();
    let view = fresh.open_folder(root, &shelf.listing(&fresh)).unwrap();
    assert!(view.verified && view.findings.is_empty());
    assert_eq!(
        (view.entries[0].size, &*view.entries[0].media_type),
        (9, "text/markdown")
    );
    let details = shelf.details(node);
    let listed: Vec<_> = fresh
        .versions(node, &details.versions)
        .unwrap()
        .iter()
        .map(|version| (version.id, version.size, version.time, version.current))
        .collect();
    assert_eq!(
        listed,
        [
            (third, 9, 21, true),
            (second, 700_000, 20, false),
            (first, 5, 10, false)
        ]
    );
    for (version, expected) in [
        (None, &b"the third"[..]),
        (Some(third), b"the third"),
        (Some(second), &long),
        (Some(first), b"first"),
    ] {
        assert_eq!(
            read(&fresh, &details, node, version, &blobs).unwrap(),
            expected
        );
    }

    let request = fresh
        .make_current(node, second, &details.versions, 30, &mut rng)
        .unwrap();
    commit(&mut fresh, &mut shelf, request);
    let view = fresh.open_folder(root, &shelf.listing(&fresh)).unwrap();
    assert_eq!(
        (view.entries[0].size, view.entries[0].modified),
        (700_000, 30)
    );
    assert_eq!(read(&fresh, &details, node, None, &blobs).unwrap(), long);
    let unknown = VersionId::from_random([9; 16]);
    assert_eq!(
        fresh
            .make_current(node, unknown, &details.versions, 31, &mut rng)
            .err(),
        Some(VaultError::NoSuchEntry)
    );
}

#[test]
fn versions_go_for_good_but_the_current_one() {
    let (mut vault, mut shelf, mut rng) = sign_up(60);
    let mut blobs = Blobs::new();
    let node = shelf.upload(&mut vault, "a", b"first", &mut rng);
    let first = shelf.details(node).versions[0].id;
    let second = add_version(
        (&mut vault, &mut shelf, &mut blobs),
        node,
        b"second",
        20,
        &mut rng,
    );
    let third = add_version(
        (&mut vault, &mut shelf, &mut blobs),
        node,
        b"third",
        21,
        &mut rng,
    );
    let details = shelf.details(node);
    let unknown = VersionId::from_random([9; 16]);
    for (drop, error) in [
        (&[][..], VaultError::Impossible),
        (&[first, third], VaultError::Impossible),
        (&[first, unknown], VaultError::NoSuchEntry),
    ] {
        let refused = vault.drop_versions(node, drop, &details.versions, 30, &mut rng);
        assert_eq!(refused.err(), Some(error));
    }
    let request = vault
        .drop_versions(node, &[second, first], &details.versions, 30, &mut rng)
        .unwrap();
    let id = request.id;
    shelf.commit(request);
    vault.committed(id).unwrap();
    // They cannot come back.
    assert_eq!(
        finding(vault.versions(node, &details.versions)),
        Some(FindingKind::Altered)
    );
    let details = shelf.details(node);
    assert_eq!(vault.versions(node, &details.versions).unwrap().len(), 1);
    assert_eq!(
        read(&vault, &details, node, None, &blobs).unwrap(),
        b"third"
    );
}

#[test]
fn copies_have_their_sources_bytes_and_thumbnail() {
    let (mut vault, mut shelf, mut rng) = sign_up(61);
    let root = vault.root();
    let content = noise(600_000, &mut rng);
    let mut plan = vault
        .plan_upload(root, "a.png", "image/png", 5, 600_000, &mut rng)
        .unwrap();
    plan.add_thumbnail(b"a picture", &mut rng).unwrap();
    let blob = seal(&mut plan, &content, &mut rng);
    let thumbnail = blob[plan.layout.total_len() as usize..].to_vec();
    let upload = UploadId::from_random([4; 16]);
    let request = vault
        .commit_uploads(root, &[(&plan, upload)], 10, &mut rng)
        .unwrap();
    commit(&mut vault, &mut shelf, request);
    // A copy, and a copy of the copy, whose content is still the first one's.
    let mut source = plan.node();
    for (name, now) in [("a (1).png", 20), ("a (1) (1).png", 21)] {
        let details = shelf.details(source);
        let files = [(source, &*details.versions, root)];
        let step = vault.copy_files(&files, now, &mut rng).unwrap();
        let request = step.request.unwrap();
        let Some(Change::Create(create)) = request.changes.first() else {
            panic!("a copy is created")
        };
        let version = create.version.clone().unwrap();
        assert_eq!(version.copy_of, Some(details.versions[0].id));
        assert!(version.upload.is_none() && version.thumbnail == 0);
        source = create.id;
        commit(&mut vault, &mut shelf, request);
        let mut fresh = shelf.unlock(PASSWORD, None, true).unwrap();
        let view = fresh.open_folder(root, &shelf.listing(&fresh)).unwrap();
        let entry = view.entries.iter().find(|entry| entry.id == source);
        let entry = entry.unwrap();
        assert_eq!((&*entry.name, entry.modified), (name, 5));
        let details = shelf.details(source);
        let blobs = Blobs::from([(version.id, blob.clone())]);
        assert_eq!(
            read(&fresh, &details, source, None, &blobs).unwrap(),
            content
        );
        let download = fresh.plan_download(source, &details.versions).unwrap();
        assert_eq!(*download.open_thumbnail(&thumbnail).unwrap(), b"a picture");
    }
}

#[test]
fn a_server_cannot_hide_or_invent_versions() {
    let (mut vault, mut shelf, mut rng) = sign_up(52);
    let mut blobs = Blobs::new();
    let node = shelf.upload(&mut vault, "a", b"first", &mut rng);
    let first = shelf.details(node).versions[0].id;
    blobs.insert(first, shelf.blobs[&node].clone());
    add_version(
        (&mut vault, &mut shelf, &mut blobs),
        node,
        b"second",
        20,
        &mut rng,
    );
    let honest = shelf.details(node);
    type Lie = fn(&mut FileDetails);
    let lies: [Lie; 3] = [
        |details| drop(details.versions.remove(0)),
        |details| details.versions.push(details.versions[0].clone()),
        |details| details.versions[0].id = VersionId::from_random([7; 16]),
    ];
    for lie in lies {
        let mut details = honest.clone();
        lie(&mut details);
        assert!(finding(vault.versions(node, &details.versions)).is_some());
        assert!(
            finding(vault.make_current(node, first, &details.versions, 30, &mut rng)).is_some()
        );
        let plan = vault
            .plan_version(node, "", 1, 0, &mut rng)
            .map(|mut plan| {
                seal(&mut plan, b"", &mut rng);
                plan
            })
            .unwrap();
        let upload = UploadId::from_random([3; 16]);
        let request = vault.commit_version((&plan, upload), &details.versions, None, 30, &mut rng);
        assert_eq!(finding(request), Some(FindingKind::Altered));
    }
    assert_eq!(vault.versions(node, &honest.versions).unwrap().len(), 2);
}

#[test]
fn what_was_written_on_another_version_is_not_overwritten() {
    let (mut vault, mut shelf, mut rng) = sign_up(53);
    let node = shelf.upload(&mut vault, "note.md", b"first", &mut rng);
    let first = shelf.details(node).versions[0].id;
    let mut plan = vault
        .plan_version(node, "text/plain", 7, 3, &mut rng)
        .unwrap();
    seal(&mut plan, b"two", &mut rng);
    let second = add_version(
        (&mut vault, &mut shelf, &mut Blobs::new()),
        node,
        b"faster",
        20,
        &mut rng,
    );
    let details = shelf.details(node);
    let upload = UploadId::from_random([4; 16]);
    let mut on =
        |base| vault.commit_version((&plan, upload), &details.versions, Some(base), 30, &mut rng);
    assert_eq!(on(first).err(), Some(VaultError::ChangedSince));
    assert!(on(second).is_ok());
}

#[test]
fn thumbnails_are_bound_to_their_version() {
    let (mut vault, mut shelf, mut rng) = sign_up(54);
    let root = vault.root();
    let content = noise(600_000, &mut rng);
    let plan = |rng: &mut StdRng, vault: &Vault| {
        vault
            .plan_upload(root, "a.png", "image/png", 5, 600_000, rng)
            .unwrap()
    };
    let mut plan_a = plan(&mut rng, &vault);
    for refused in [0, MAX_THUMBNAIL + 1] {
        assert_eq!(
            plan_a.add_thumbnail(&vec![1; refused], &mut rng).err(),
            Some(VaultError::Impossible)
        );
    }
    let picture = noise(MAX_THUMBNAIL, &mut rng);
    plan_a.add_thumbnail(&picture, &mut rng).unwrap();
    let without = plan_a.layout.total_len() as usize;
    let blob = seal(&mut plan_a, &content, &mut rng);
    let sealed = &blob[without..];
    assert!(sealed.len() <= 65_536);
    let upload = UploadId::from_random([4; 16]);
    let request = vault
        .commit_uploads(root, &[(&plan_a, upload)], 10, &mut rng)
        .unwrap();
    commit(&mut vault, &mut shelf, request);
    let details = shelf.details(plan_a.node());
    let blobs = Blobs::from([(plan_a.version(), blob.clone())]);
    assert_eq!(
        read(&vault, &details, plan_a.node(), None, &blobs).unwrap(),
        content
    );
    let download = vault
        .plan_download(plan_a.node(), &details.versions)
        .unwrap();
    assert!(download.has_thumbnail());
    assert_eq!(*download.open_thumbnail(sealed).unwrap(), picture);
    let mut altered = sealed.to_vec();
    altered[100] ^= 1;
    for (wrong, kind) in [
        (&altered[..], FindingKind::Altered),
        (&sealed[1..], FindingKind::Truncated),
        (&[sealed, &[0]].concat(), FindingKind::TrailingData),
    ] {
        assert_eq!(finding(download.open_thumbnail(wrong)), Some(kind));
    }
    let node = shelf.upload(&mut vault, "plain", b"x", &mut rng);
    let download = vault
        .plan_download(node, &shelf.details(node).versions)
        .unwrap();
    assert_eq!(
        download.open_thumbnail(sealed).err(),
        Some(VaultError::NoSuchEntry)
    );
}

/// The device went away after two of three parts; `content` is what the file is by then.
fn go_on(content: &[u8], now: &[u8]) -> Result<Vec<u8>, VaultError> {
    let (vault, mut shelf, mut rng) = sign_up(55);
    let root = vault.root();
    let size = content.len() as u64;
    let mut plan = vault
        .plan_upload(root, "big", "video/mp4", 5, size, &mut rng)
        .unwrap();
    plan.add_thumbnail(b"a picture", &mut rng).unwrap();
    let mut sent = Vec::new();
    let mut known = Vec::new();
    for index in 0..2 {
        let sealed = plan.seal_part(index, part(&plan, index, content)).unwrap();
        known.extend(hashes(&plan, index, &sealed));
        sent.extend(sealed);
    }
    let kept = vault
        .seal_upload(&plan, &known, "http://s/api/v1/uploads/1", &mut rng)
        .unwrap();

    let mut again = shelf.unlock(PASSWORD, None, true).unwrap();
    again.open_folder(root, &shelf.listing(&again)).unwrap();
    let (mut reopened, address) = again.reopen_upload(plan.version(), &kept).unwrap();
    assert_eq!(address, "http://s/api/v1/uploads/1");
    assert_eq!(
        (reopened.name(), reopened.folder(), reopened.modified()),
        ("big", root, 5)
    );
    assert_eq!(reopened.known_hashes(), known);
    assert_eq!(reopened.total_len(), plan.total_len());
    assert!(!again.has_upload(&reopened));
    let mut blob = Vec::new();
    for index in 0..reopened.layout.parts() {
        blob.extend(reopened.seal_part(index, part(&reopened, index, now))?);
    }
    blob.extend(reopened.finish(&mut rng)?);
    assert_eq!(blob[..sent.len()], sent);
    let upload = UploadId::from_random([4; 16]);
    let request = again
        .commit_uploads(root, &[(&reopened, upload)], 10, &mut rng)
        .unwrap();
    commit(&mut again, &mut shelf, request);
    assert!(again.has_upload(&reopened));
    let blobs = Blobs::from([(plan.version(), blob)]);
    read(
        &again,
        &shelf.details(plan.node()),
        plan.node(),
        None,
        &blobs,
    )
}

#[test]
fn an_upload_goes_on_after_the_program_ended() {
    let mut content = vec![0; 2 * PART + 1000];
    for (index, byte) in content.iter_mut().enumerate() {
        *byte = (index / 1000) as u8;
    }
    assert_eq!(go_on(&content, &content).unwrap(), content);
    // What was never sealed may have changed; what was must not be sealed in another form.
    let mut changed = content.clone();
    changed[2 * PART + 1] ^= 1;
    assert_eq!(go_on(&content, &changed).unwrap(), changed);
    for at in [0, PART - 1, PART, 2 * PART - 1] {
        let mut changed = content.clone();
        changed[at] ^= 1;
        assert_eq!(
            go_on(&content, &changed).err(),
            Some(VaultError::FileChanged)
        );
    }
}

#[test]
fn a_plan_whose_file_changed_seals_nothing_more() {
    let (vault, _, mut rng) = sign_up(56);
    let content = noise(PART + 10, &mut rng);
    let mut plan = vault
        .plan_upload(vault.root(), "a", "", 5, content.len() as u64, &mut rng)
        .unwrap();
    let sealed = plan.seal_part(0, part(&plan, 0, &content)).unwrap();
    let known = hashes(&plan, 0, &sealed);
    let kept = vault.seal_upload(&plan, &known, "x", &mut rng).unwrap();
    let (mut again, _) = vault.reopen_upload(plan.version(), &kept).unwrap();
    let mut changed = content.clone();
    changed[5] ^= 1;
    assert_eq!(
        again.seal_part(0, part(&again, 0, &changed)).err(),
        Some(VaultError::FileChanged)
    );
    for index in 0..2 {
        assert_eq!(
            again.seal_part(index, part(&plan, index, &content)).err(),
            Some(VaultError::Impossible)
        );
    }
    assert_eq!(again.finish(&mut rng).err(), Some(VaultError::Impossible));
    // Nor are other hashes kept in the place of those that are known.
    let (again, _) = vault.reopen_upload(plan.version(), &kept).unwrap();
    let other = vec![0; known.len()];
    assert_eq!(
        vault.seal_upload(&again, &other, "x", &mut rng).err(),
        Some(VaultError::Impossible)
    );
}

#[test]
fn what_follows_the_content_is_sealed_once() {
    let (vault, _, mut rng) = sign_up(57);
    let content = noise(PART, &mut rng);
    let mut plan = vault
        .plan_upload(vault.root(), "a", "", 5, PART as u64, &mut rng)
        .unwrap();
    let mut known = Vec::new();
    for index in 0..plan.layout.parts() {
        let sealed = plan.seal_part(index, part(&plan, index, &content)).unwrap();
        known.extend(hashes(&plan, index, &sealed));
    }
    let tail = plan.finish(&mut rng).unwrap();
    let kept = vault.seal_upload(&plan, &known, "x", &mut rng).unwrap();
    let (mut again, _) = vault.reopen_upload(plan.version(), &kept).unwrap();
    assert_eq!(
        again.finish_sealed_elsewhere(&known, &mut rng).unwrap(),
        tail
    );
    let other = vec![1; known.len()];
    let (mut again, _) = vault.reopen_upload(plan.version(), &kept).unwrap();
    assert_eq!(
        again.finish_sealed_elsewhere(&other, &mut rng).err(),
        Some(VaultError::FileChanged)
    );
}

#[test]
fn what_is_kept_of_an_upload_opens_for_its_account_and_version_only() {
    let (vault, _, mut rng) = sign_up(58);
    let plan = vault
        .plan_upload(vault.root(), "a", "", 5, 10, &mut rng)
        .unwrap();
    let kept = vault.seal_upload(&plan, &[], "x", &mut rng).unwrap();
    let elsewhere = VersionId::from_random([8; 16]);
    let expected = Some(FindingKind::DoesNotBelongHere);
    assert_eq!(finding(vault.reopen_upload(elsewhere, &kept)), expected);
    let (other, ..) = sign_up(59);
    assert_eq!(
        finding(other.reopen_upload(plan.version(), &kept)),
        expected
    );
}
