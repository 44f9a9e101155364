//! The data directory: made private, locked, and holding the server's secret.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

/// The secret's length in bytes.
const SECRET: usize = 64;

/// An opened data directory; no other server can open it while this lives.
pub(crate) struct DataDir {
    path: PathBuf,
    secret: Zeroizing<[u8; SECRET]>,
    _lock: File,
}

/// Why the data directory cannot be used; sentences for the operator.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DataDirError {
    /// It is not a directory, or cannot be made or written.
    #[error("cannot use the data directory {path}: {error}")]
    Unusable { path: String, error: io::Error },
    /// Another server has it.
    #[error("the data directory {0} is in use by another strongroom-server")]
    Locked(String),
    /// The secret file is not what it should be.
    #[error("the secret file {0} is damaged: it must have 64 bytes")]
    Secret(String),
}

impl DataDir {
    /// Creates what is missing (the directory for its owner only) and takes the lock.
    ///
    /// # Errors
    /// When the directory cannot be used, or another server uses it.
    pub(crate) fn open(path: &Path) -> Result<Self, DataDirError> {
        let unusable = |error| DataDirError::Unusable {
            path: path.display().to_string(),
            error,
        };
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .map_err(unusable)?;
        // Made by somebody else, it may be open to all; what is in it is for the server alone.
        fs::set_permissions(path, Permissions::from_mode(0o700)).map_err(unusable)?;
        let lock = private_file(&path.join("lock")).map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(DataDirError::Locked(path.display().to_string()));
            }
            Err(TryLockError::Error(error)) => return Err(unusable(error)),
        }
        let secret_path = path.join("secret");
        let secret = match read_secret(&secret_path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                make_secret(path, &secret_path).map_err(unusable)?
            }
            Err(error) => return Err(unusable(error)),
            Ok(Some(secret)) => secret,
            Ok(None) => return Err(DataDirError::Secret(secret_path.display().to_string())),
        };
        Ok(Self {
            path: path.to_owned(),
            secret,
            _lock: lock,
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn secret(&self) -> &[u8] {
        &self.secret[..]
    }
}

fn private_file(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .mode(0o600)
        .open(path)
}

/// `None` when the length is wrong.
fn read_secret(path: &Path) -> io::Result<Option<Zeroizing<[u8; SECRET]>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(SECRET + 1));
    File::open(path)?
        .take(SECRET as u64 + 1)
        .read_to_end(&mut bytes)?;
    Ok(<[u8; SECRET]>::try_from(&bytes[..])
        .ok()
        .map(Zeroizing::new))
}

/// Written beside and renamed, so that a crash leaves no half of it.
fn make_secret(folder: &Path, path: &Path) -> io::Result<Zeroizing<[u8; SECRET]>> {
    let mut secret = Zeroizing::new([0; SECRET]);
    getrandom::fill(&mut secret[..]).map_err(io::Error::other)?;
    let draft = folder.join("secret.new");
    let mut file = private_file(&draft)?;
    file.set_len(0)?;
    file.write_all(&secret[..])?;
    file.sync_all()?;
    fs::rename(&draft, path)?;
    File::open(folder)?.sync_all()?;
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_directory_is_private_and_the_secret_stays() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/data");
        let first = DataDir::open(&path).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o700);
        assert_eq!(mode(&path.join("secret")), 0o600);
        let secret = first.secret().to_vec();
        assert!(matches!(DataDir::open(&path), Err(DataDirError::Locked(_))));
        drop(first);
        assert_eq!(DataDir::open(&path).unwrap().secret(), secret);
    }

    #[test]
    fn a_damaged_secret_is_not_replaced() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("secret"), b"short").unwrap();
        assert!(matches!(
            DataDir::open(dir.path()),
            Err(DataDirError::Secret(_))
        ));
        assert_eq!(fs::read(dir.path().join("secret")).unwrap(), b"short");
    }
}
