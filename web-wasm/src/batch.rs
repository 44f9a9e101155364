//! Many files in one commit, for the page: finished uploads, and copies.

use protocol::{NodeId, Version};
use serde::Deserialize;
use wasm_bindgen::prelude::*;

use crate::{
    Random,
    error::Failure,
    transfer::{UploadPlan, upload_id},
    tree::{Vault, node},
};

/// What is copied where.
#[derive(Deserialize)]
struct Copy {
    node: NodeId,
    versions: Vec<Version>,
    to: NodeId,
}

#[wasm_bindgen]
impl Vault {
    /// The commit that puts the uploaded files of a batch into their folders, or those of `only`
    /// one folder; the batch serves again should a head have moved on.
    ///
    /// # Errors
    /// `folder-not-verified`; `internal` for a malformed id, or a plan that is not finished.
    #[wasm_bindgen(js_name = commitUploads)]
    pub fn commit_uploads(
        &mut self,
        batch: &Batch,
        only: Option<String>,
        #[wasm_bindgen(js_name = nowMs)] now: f64,
    ) -> Result<String, Failure> {
        let only = only.as_deref().map(node).transpose()?;
        let uploads: Vec<_> = batch
            .0
            .iter()
            .filter(|(folder, ..)| only.is_none_or(|only| only == *folder))
            .map(|(folder, plan, upload)| (*folder, &plan.0, *upload))
            .collect();
        let commit = self
            .0
            .commit_uploads_into(&uploads, now as u64, &mut Random)?;
        Ok(serde_json::to_string(&commit)?)
    }

    /// The commit that copies files: a list of `{"node", "versions", "to"}`, the versions as the
    /// server says them. Gives `{"request", "covered"}`.
    ///
    /// # Errors
    /// `no-such-entry`, `folder-not-verified`, or a finding about a source.
    #[wasm_bindgen(js_name = copyFiles)]
    pub fn copy_files(
        &mut self,
        files: &str,
        #[wasm_bindgen(js_name = nowMs)] now: f64,
    ) -> Result<String, Failure> {
        let copies: Vec<Copy> = serde_json::from_str(files)?;
        let files: Vec<_> = copies
            .iter()
            .map(|copy| (copy.node, &*copy.versions, copy.to))
            .collect();
        let step = self.0.copy_files(&files, now as u64, &mut Random)?;
        Ok(serde_json::to_string(&step)?)
    }
}

/// Finished uploads for one commit. It takes the plans over and keeps them until it is freed.
#[wasm_bindgen]
#[derive(Default)]
pub struct Batch(Vec<(NodeId, UploadPlan, protocol::UploadId)>);

#[wasm_bindgen]
impl Batch {
    /// An empty batch.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a plan whose content and tail are uploaded, and the folder that it goes into.
    ///
    /// # Errors
    /// `internal` for a malformed id.
    pub fn add(
        &mut self,
        folder: &str,
        plan: UploadPlan,
        #[wasm_bindgen(js_name = uploadId)] upload: &str,
    ) -> Result<(), Failure> {
        self.0.push((node(folder)?, plan, upload_id(upload)?));
        Ok(())
    }

    /// Takes out what the server has lost, and drops its plan.
    ///
    /// # Errors
    /// `internal` for a malformed id.
    pub fn withdraw(
        &mut self,
        #[wasm_bindgen(js_name = uploadId)] upload: &str,
    ) -> Result<(), Failure> {
        let lost = upload_id(upload)?;
        self.0.retain(|(_, _, upload)| *upload != lost);
        Ok(())
    }
}
