//! `vault::transfer` for the page.

use crypto_core::content::ContentCipher;
use protocol::Version;
use serde::Deserialize;
use vault::transfer;
use wasm_bindgen::prelude::*;
use web_sys::CryptoKey;

use crate::{
    Random,
    error::Failure,
    subtle,
    tree::{Vault, node},
};

/// What the vault needs of what the server says about a file.
#[derive(Deserialize)]
struct Details {
    versions: Vec<Version>,
}

/// A file that is about to be uploaded.
#[wasm_bindgen]
pub struct UploadPlan(pub(crate) transfer::UploadPlan);

#[wasm_bindgen]
impl UploadPlan {
    /// The name that was asked for.
    #[wasm_bindgen(getter)]
    pub fn name(&self) -> String {
        self.0.name().to_owned()
    }

    /// Length of the sealed content, header included.
    #[wasm_bindgen(getter, js_name = contentLength)]
    pub fn content_length(&self) -> f64 {
        self.0.layout.content_len() as f64
    }

    /// Length of everything that is stored.
    #[wasm_bindgen(getter, js_name = totalLength)]
    pub fn total_length(&self) -> f64 {
        self.0.total_len() as f64
    }

    /// True length.
    #[wasm_bindgen(getter)]
    pub fn size(&self) -> f64 {
        self.0.layout.size() as f64
    }

    /// When the file was last changed.
    #[wasm_bindgen(getter, js_name = modifiedMs)]
    pub fn modified(&self) -> f64 {
        self.0.modified() as f64
    }

    /// The version, which also names this upload on the device.
    #[wasm_bindgen(getter)]
    pub fn version(&self) -> String {
        self.0.version().to_string()
    }

    /// The file: a new one, or the one that gets a new version.
    #[wasm_bindgen(getter)]
    pub fn node(&self) -> String {
        self.0.node().to_string()
    }

    /// The folder that it was planned for.
    #[wasm_bindgen(getter)]
    pub fn folder(&self) -> String {
        self.0.folder().to_string()
    }

    /// Whether the file does not exist yet.
    #[wasm_bindgen(getter, js_name = isNew)]
    pub fn is_new(&self) -> bool {
        self.0.is_new()
    }

    /// The hashes of what may have been sent before, to be compared.
    #[wasm_bindgen(js_name = knownHashes)]
    pub fn known_hashes(&self) -> Vec<u8> {
        self.0.known_hashes().to_vec()
    }

    /// Adds a picture before anything is sealed.
    ///
    /// # Errors
    /// `internal` if it is empty or too long.
    #[wasm_bindgen(js_name = addThumbnail)]
    pub fn add_thumbnail(&mut self, picture: &[u8]) -> Result<(), Failure> {
        Ok(self.0.add_thumbnail(picture, &mut Random)?)
    }

    /// How many parts there are.
    #[wasm_bindgen(getter)]
    pub fn parts(&self) -> f64 {
        self.0.layout.parts() as f64
    }

    /// The content's first 56 bytes.
    pub fn header(&self) -> Vec<u8> {
        self.0.export_for_subtle_crypto().header().to_vec()
    }

    /// The content's base nonce, 12 bytes.
    pub fn nonce(&self) -> Vec<u8> {
        self.0.export_for_subtle_crypto().base_nonce().to_vec()
    }

    /// The key of this one version's content; it cannot be exported.
    ///
    /// # Errors
    /// `subtle-failed`.
    #[wasm_bindgen(js_name = contentKey)]
    pub async fn content_key(&self) -> Result<CryptoKey, Failure> {
        subtle::import(
            self.0.export_for_subtle_crypto().export_for_subtle_crypto(),
            "encrypt",
        )
        .await
    }

    /// Takes the hashes of all segments and gives what to append to the content.
    ///
    /// # Errors
    /// `internal` if there are not 32 bytes a segment, `file-changed` if others were known.
    pub fn tail(&mut self, hashes: &[u8]) -> Result<Vec<u8>, Failure> {
        Ok(self.0.finish_sealed_elsewhere(hashes, &mut Random)?)
    }
}

/// An upload that goes on: its plan, and where the server takes the rest.
#[wasm_bindgen]
pub struct ReopenedUpload {
    plan: UploadPlan,
    address: String,
}

#[wasm_bindgen]
impl ReopenedUpload {
    /// Where the server takes the rest.
    #[wasm_bindgen(getter)]
    pub fn address(&self) -> String {
        self.address.clone()
    }

    /// The plan; whoever takes it frees it.
    #[wasm_bindgen(js_name = intoPlan)]
    pub fn into_plan(self) -> UploadPlan {
        self.plan
    }
}

/// A file that is about to be downloaded.
#[wasm_bindgen]
pub struct DownloadPlan {
    plan: transfer::DownloadPlan,
    cipher: Option<ContentCipher>,
    hashes: Vec<u8>,
}

#[wasm_bindgen]
impl DownloadPlan {
    /// Its name.
    #[wasm_bindgen(getter)]
    pub fn name(&self) -> String {
        self.plan.name.clone()
    }

    /// Its media type.
    #[wasm_bindgen(getter, js_name = mediaType)]
    pub fn media_type(&self) -> String {
        self.plan.media_type.clone()
    }

    /// The version's id, for `GET /files/{id}/download?version=`.
    #[wasm_bindgen(getter)]
    pub fn version(&self) -> String {
        self.plan.version().to_string()
    }

    /// True length.
    #[wasm_bindgen(getter)]
    pub fn size(&self) -> f64 {
        self.plan.layout.size() as f64
    }

    /// Length of the sealed content, header included.
    #[wasm_bindgen(getter, js_name = contentLength)]
    pub fn content_length(&self) -> f64 {
        self.plan.layout.content_len() as f64
    }

    /// Length of everything that is stored.
    #[wasm_bindgen(getter, js_name = totalLength)]
    pub fn total_length(&self) -> f64 {
        self.plan.total_len() as f64
    }

    /// How many parts there are.
    #[wasm_bindgen(getter)]
    pub fn parts(&self) -> f64 {
        self.plan.layout.parts() as f64
    }

    /// Compares the length that the server announces with the sealed one.
    ///
    /// # Errors
    /// `truncated`, `trailing-data`.
    #[wasm_bindgen(js_name = checkTotal)]
    pub fn check_total(&self, announced: f64) -> Result<(), Failure> {
        Ok(self.plan.check_total(announced as u64)?)
    }

    /// Checks the content's first 56 bytes.
    ///
    /// # Errors
    /// `does-not-belong-here`, `truncated`.
    #[wasm_bindgen(js_name = openHeader)]
    pub fn open_header(&mut self, header: &[u8]) -> Result<(), Failure> {
        self.cipher = Some(self.plan.open_header(header)?);
        Ok(())
    }

    /// Opens what stands after the content, if anything does.
    ///
    /// # Errors
    /// A finding.
    #[wasm_bindgen(js_name = openTail)]
    pub fn open_tail(&mut self, tail: &[u8]) -> Result<(), Failure> {
        self.hashes = self.plan.open_segments(tail)?.to_vec();
        Ok(())
    }

    /// The content's base nonce, 12 bytes, once the header was checked.
    ///
    /// # Errors
    /// `internal` before that.
    pub fn nonce(&self) -> Result<Vec<u8>, Failure> {
        Ok(self.cipher()?.base_nonce().to_vec())
    }

    /// The key of this one version's content; it cannot be exported.
    ///
    /// # Errors
    /// `subtle-failed`; `internal` before the header was checked.
    #[wasm_bindgen(js_name = contentKey)]
    pub async fn content_key(&self) -> Result<CryptoKey, Failure> {
        subtle::import(self.cipher()?.export_for_subtle_crypto(), "decrypt").await
    }

    /// Length of the sealed segment list.
    #[wasm_bindgen(getter, js_name = listLength)]
    pub fn list_length(&self) -> f64 {
        (self.plan.layout.total_len() - self.plan.layout.content_len()) as f64
    }

    /// Whether there is a thumbnail.
    #[wasm_bindgen(getter, js_name = hasThumbnail)]
    pub fn has_thumbnail(&self) -> bool {
        self.plan.has_thumbnail()
    }

    /// Opens what `GET /files/{id}/thumbnail` answers.
    ///
    /// # Errors
    /// A finding; `no-such-entry` if there is none.
    #[wasm_bindgen(js_name = openThumbnail)]
    pub fn open_thumbnail(&self, sealed: &[u8]) -> Result<Vec<u8>, Failure> {
        Ok(self.plan.open_thumbnail(sealed)?.to_vec())
    }

    /// The expected hashes of all segments; empty for a single one.
    pub fn hashes(&self) -> Vec<u8> {
        self.hashes.clone()
    }

    /// SHA-256 over the hashes of all segments.
    #[wasm_bindgen(js_name = rootHash)]
    pub fn root_hash(&self) -> Vec<u8> {
        self.plan.root.to_vec()
    }
}

impl DownloadPlan {
    fn cipher(&self) -> Result<&ContentCipher, Failure> {
        self.cipher
            .as_ref()
            .ok_or_else(|| Failure::internal("the header comes first"))
    }
}

#[wasm_bindgen]
impl Vault {
    /// Plans the upload of a new file.
    ///
    /// # Errors
    /// `invalid-name`, `folder-not-verified`.
    #[wasm_bindgen(js_name = planUpload)]
    pub fn plan_upload(
        &self,
        folder: &str,
        name: &str,
        #[wasm_bindgen(js_name = mediaType)] media_type: &str,
        #[wasm_bindgen(js_name = modifiedMs)] modified: f64,
        size: f64,
    ) -> Result<UploadPlan, Failure> {
        let plan = self.0.plan_upload(
            node(folder)?,
            name,
            media_type,
            modified as u64,
            size as u64,
            &mut Random,
        )?;
        Ok(UploadPlan(plan))
    }

    /// Plans the upload of a new version of a file.
    ///
    /// # Errors
    /// `no-such-entry`, `folder-not-verified`.
    #[wasm_bindgen(js_name = planVersion)]
    pub fn plan_version(
        &self,
        #[wasm_bindgen(js_name = node)] entry: &str,
        #[wasm_bindgen(js_name = mediaType)] media_type: &str,
        #[wasm_bindgen(js_name = modifiedMs)] modified: f64,
        size: f64,
    ) -> Result<UploadPlan, Failure> {
        let plan = self.0.plan_version(
            node(entry)?,
            media_type,
            modified as u64,
            size as u64,
            &mut Random,
        )?;
        Ok(UploadPlan(plan))
    }

    /// The commit that puts an uploaded version on top of the others; the plan serves again.
    ///
    /// # Errors
    /// `changed-since` if another version than `base` is current, `folder-not-verified`, a
    /// finding.
    #[wasm_bindgen(js_name = commitVersion)]
    pub fn commit_version(
        &mut self,
        plan: &UploadPlan,
        #[wasm_bindgen(js_name = uploadId)] upload: &str,
        details: &str,
        base: Option<String>,
        #[wasm_bindgen(js_name = nowMs)] now: f64,
    ) -> Result<String, Failure> {
        let details: Details = serde_json::from_str(details)?;
        let base = base.map(|id| version_id(&id)).transpose()?;
        let commit = self.0.commit_version(
            (&plan.0, upload_id(upload)?),
            &details.versions,
            base,
            now as u64,
            &mut Random,
        )?;
        Ok(serde_json::to_string(&commit)?)
    }

    /// Seals what it takes to go on with an upload after a reload.
    ///
    /// # Errors
    /// `internal` for hashes that are not those known before.
    #[wasm_bindgen(js_name = sealUpload)]
    pub fn seal_upload(
        &self,
        plan: &UploadPlan,
        hashes: &[u8],
        address: &str,
    ) -> Result<Vec<u8>, Failure> {
        Ok(self.0.seal_upload(&plan.0, hashes, address, &mut Random)?)
    }

    /// Opens what `sealUpload` made.
    ///
    /// # Errors
    /// A finding's code, `no-such-entry`.
    #[wasm_bindgen(js_name = reopenUpload)]
    pub fn reopen_upload(&self, version: &str, sealed: &[u8]) -> Result<ReopenedUpload, Failure> {
        let (plan, address) = self.0.reopen_upload(version_id(version)?, sealed)?;
        Ok(ReopenedUpload {
            plan: UploadPlan(plan),
            address,
        })
    }

    /// Whether a plan's commit has happened, as far as its folder was verified.
    #[wasm_bindgen(js_name = hasUpload)]
    pub fn has_upload(&self, plan: &UploadPlan) -> bool {
        self.0.has_upload(&plan.0)
    }

    /// JSON: the versions of a file, the newest first.
    ///
    /// # Errors
    /// `no-such-entry`, or a finding.
    pub fn versions(
        &self,
        #[wasm_bindgen(js_name = node)] entry: &str,
        details: &str,
    ) -> Result<String, Failure> {
        let details: Details = serde_json::from_str(details)?;
        let versions = self.0.versions(node(entry)?, &details.versions)?;
        Ok(serde_json::to_string(&versions)?)
    }

    /// The commit that makes an older version the file's content again.
    ///
    /// # Errors
    /// `no-such-entry`, `folder-not-verified`, or a finding.
    #[wasm_bindgen(js_name = makeCurrent)]
    pub fn make_current(
        &mut self,
        #[wasm_bindgen(js_name = node)] entry: &str,
        version: &str,
        details: &str,
        #[wasm_bindgen(js_name = nowMs)] now: f64,
    ) -> Result<String, Failure> {
        let details: Details = serde_json::from_str(details)?;
        let commit = self.0.make_current(
            node(entry)?,
            version_id(version)?,
            &details.versions,
            now as u64,
            &mut Random,
        )?;
        Ok(serde_json::to_string(&commit)?)
    }

    /// The commit that removes versions for good; never the current one.
    ///
    /// # Errors
    /// `no-such-entry`, `folder-not-verified`, or a finding; `internal` for the current version.
    #[wasm_bindgen(js_name = dropVersions)]
    pub fn drop_versions(
        &mut self,
        #[wasm_bindgen(js_name = node)] entry: &str,
        versions: Vec<String>,
        details: &str,
        #[wasm_bindgen(js_name = nowMs)] now: f64,
    ) -> Result<String, Failure> {
        let details: Details = serde_json::from_str(details)?;
        let versions: Vec<_> = versions
            .iter()
            .map(|id| version_id(id))
            .collect::<Result<_, _>>()?;
        let commit = self.0.drop_versions(
            node(entry)?,
            &versions,
            &details.versions,
            now as u64,
            &mut Random,
        )?;
        Ok(serde_json::to_string(&commit)?)
    }

    /// Plans the download of a file's current or given version from the `data` of
    /// `GET /files/{id}`.
    ///
    /// # Errors
    /// `no-such-entry`, or a finding.
    #[wasm_bindgen(js_name = planDownload)]
    pub fn plan_download(
        &self,
        #[wasm_bindgen(js_name = node)] entry: &str,
        version: Option<String>,
        details: &str,
    ) -> Result<DownloadPlan, Failure> {
        let details: Details = serde_json::from_str(details)?;
        let entry = node(entry)?;
        let plan = match version {
            Some(id) => self
                .0
                .plan_download_of(entry, version_id(&id)?, &details.versions)?,
            None => self.0.plan_download(entry, &details.versions)?,
        };
        Ok(DownloadPlan {
            plan,
            cipher: None,
            hashes: Vec::new(),
        })
    }
}

pub(crate) fn upload_id(text: &str) -> Result<protocol::UploadId, Failure> {
    text.parse()
        .map_err(|_| Failure::internal("malformed id of an upload"))
}

fn version_id(text: &str) -> Result<protocol::VersionId, Failure> {
    text.parse()
        .map_err(|_| Failure::internal("malformed id of a version"))
}
