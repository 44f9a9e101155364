//! Uploads that go on after the program ended: what a device keeps of one, sealed.

use std::sync::Arc;

use crypto_core::{
    CryptoRng, OpenError,
    content::{ContentCipher, Layout},
    context, envelope,
    keys::{self, ContentKey, NodeKey},
    record,
};
use protocol::{NodeId, VersionId};
use zeroize::Zeroizing;

use super::UploadPlan;
use crate::{Vault, VaultError, records::UploadState};

impl Vault {
    /// Seals all that it takes to go on with an upload: the device keeps it under the plan's
    /// version. `hashes` are those of the segments sealed so far, and `address` is where the
    /// server takes the rest. What was sealed later must not be sent before this is kept: the
    /// hashes are what shows later that the same bytes are sealed again.
    ///
    /// # Errors
    /// [`VaultError::Impossible`] if the hashes are not 32 bytes each, or not those known before.
    pub fn seal_upload(
        &self,
        plan: &UploadPlan,
        hashes: &[u8],
        address: &str,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, VaultError> {
        let known = plan.known.len().min(hashes.len());
        if !hashes.len().is_multiple_of(32) || hashes[..known] != plan.known[..known] {
            return Err(VaultError::Impossible);
        }
        let (user, version) = (self.user.as_bytes(), plan.version.as_bytes());
        let node_key = plan.is_new.then(|| {
            let context = context::upload_key(user, version);
            keys::wrap(&*plan.node_key, self.account_key(), &context, rng).into()
        });
        let context = context::content_key(plan.node.as_bytes(), version);
        let content_key = keys::wrap(&plan.content_key, &*plan.node_key, &context, rng);
        let hashes = if hashes.len() < plan.known.len() {
            &plan.known
        } else {
            hashes
        };
        let state = Zeroizing::new(record::encode(&UploadState {
            version: record::VERSION,
            folder: (*plan.folder.as_bytes()).into(),
            node: (*plan.node.as_bytes()).into(),
            id: (*version).into(),
            node_key,
            content_key: content_key.into(),
            header: (*plan.cipher.header()).into(),
            size: plan.layout.size(),
            name: plan.name.clone(),
            media_type: plan.media_type.clone(),
            modified: plan.modified,
            thumbnail: plan.thumbnail.clone().map(Into::into),
            hashes: hashes.to_vec().into(),
            tail: plan.tail.clone().map(Into::into),
            address: address.to_owned(),
        }));
        let context = context::upload_state(user, version);
        Ok(envelope::seal(self.account_key(), &context, &state, rng))
    }

    /// Opens what [`Vault::seal_upload`] made: the plan, and where the server takes the rest.
    /// All of the content is sealed once more, and compared as far as its hashes are known.
    ///
    /// # Errors
    /// A finding's code if it is not what was kept under this version;
    /// [`VaultError::NoSuchEntry`] if the file whose version it was to be is not in its folder
    /// as it was verified.
    pub fn reopen_upload(
        &self,
        version: VersionId,
        sealed: &[u8],
    ) -> Result<(UploadPlan, String), VaultError> {
        let (user, id) = (self.user.as_bytes(), version.as_bytes());
        let opened = envelope::open(self.account_key(), &context::upload_state(user, id), sealed)?;
        let state: UploadState = record::parse(&opened)?;
        let (folder, node) = (
            NodeId::from_bytes(*state.folder),
            NodeId::from_bytes(*state.node),
        );
        let node_key: Arc<NodeKey> = match &state.node_key {
            Some(wrapped) => Arc::new(keys::unwrap(
                wrapped,
                self.account_key(),
                &context::upload_key(user, id),
            )?),
            None => self.file(node)?.1.key.clone(),
        };
        let content_key: ContentKey = keys::unwrap(
            &state.content_key,
            &*node_key,
            &context::content_key(node.as_bytes(), id),
        )?;
        let layout = Layout::new(state.size).ok_or(OpenError::Malformed)?;
        if *state.id != *id || state.hashes.len() as u64 > 32 * layout.segments() {
            return Err(OpenError::Malformed.into());
        }
        let cipher = ContentCipher::open(&content_key, node.as_bytes(), id, &*state.header)?;
        let plan = UploadPlan {
            folder,
            node,
            version,
            node_key,
            is_new: state.node_key.is_some(),
            content_key,
            cipher,
            layout,
            name: state.name,
            media_type: state.media_type,
            modified: state.modified,
            thumbnail: state.thumbnail.map(Into::into),
            known: state.hashes.into(),
            next: 0,
            hashes: Vec::new(),
            segments: None,
            tail: state.tail.map(Into::into),
        };
        Ok((plan, state.address))
    }
}
