//! One writer at a time for each staged upload.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use protocol::UploadId;

/// The uploads that are being written, or removed, right now. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Locks {
    held: Arc<Mutex<HashSet<UploadId>>>,
}

/// Holds an upload until it is dropped.
pub(crate) struct UploadGuard {
    id: UploadId,
    locks: Locks,
}

impl Locks {
    /// `None` when somebody else holds it.
    pub(crate) fn try_lock(&self, id: UploadId) -> Option<UploadGuard> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.insert(id).then(|| UploadGuard {
            id,
            locks: self.clone(),
        })
    }
}

impl Drop for UploadGuard {
    fn drop(&mut self) {
        let mut held = self
            .locks
            .held
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        held.remove(&self.id);
    }
}
