//! What kind of file something is, for filters.

use std::{collections::HashMap, sync::LazyLock};

use protocol::NodeKind;

/// Kinds of files that people tell apart. The web app's icons follow the same table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileKind {
    /// A folder.
    Folder,
    /// Pictures, drawings.
    Image,
    /// Films.
    Video,
    /// Music, speech.
    Audio,
    /// PDF.
    Pdf,
    /// Notes, letters, books.
    Text,
    /// Tables.
    Sheet,
    /// Presentations.
    Slides,
    /// Files of files.
    Archive,
    /// Programs and data.
    Code,
    /// Keys, certificates, safes of passwords.
    Key,
    /// Everything else.
    Other,
}

const BY_EXTENSION: &[(FileKind, &str)] = &[
    (
        FileKind::Image,
        "png jpg jpeg gif webp avif heic heif svg bmp tif tiff ico raw dng cr2 nef psd xcf",
    ),
    (FileKind::Video, "mp4 mkv webm mov avi m4v mpg mpeg wmv"),
    (FileKind::Audio, "mp3 flac ogg oga opus m4a wav aac aiff"),
    (FileKind::Pdf, "pdf"),
    (
        FileKind::Text,
        "txt md markdown rtf doc docx odt pages tex log epub",
    ),
    (FileKind::Sheet, "csv tsv xls xlsx ods numbers"),
    (FileKind::Slides, "ppt pptx odp"),
    (
        FileKind::Archive,
        "zip tar gz tgz bz2 xz zst 7z rar iso dmg deb rpm",
    ),
    (
        FileKind::Code,
        "js ts jsx tsx py rs go c h cpp hpp java kt swift rb php sh sql html css json yaml yml toml xml ipynb",
    ),
    (
        FileKind::Key,
        "pem key crt cer p12 pfx asc gpg pub kdbx age",
    ),
];

/// The longest extension above.
const MAX_EXTENSION: usize = 8;

static KNOWN: LazyLock<HashMap<&str, FileKind>> = LazyLock::new(|| {
    let all = BY_EXTENSION.iter();
    all.flat_map(|(kind, extensions)| extensions.split(' ').map(|one| (one, *kind)))
        .collect()
});

impl FileKind {
    /// Told by the name's extension, else by the media type.
    #[must_use]
    pub fn of(kind: NodeKind, name: &str, media_type: &str) -> Self {
        if kind == NodeKind::Folder {
            return Self::Folder;
        }
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        if extension.len() <= MAX_EXTENSION {
            let known = KNOWN.get(extension.to_ascii_lowercase().as_str());
            if let Some(kind) = known {
                return *kind;
            }
        }
        let (family, kind) = media_type.split_once('/').unwrap_or((media_type, ""));
        match (family, kind) {
            ("image", _) => Self::Image,
            ("video", _) => Self::Video,
            ("audio", _) => Self::Audio,
            ("text", _) => Self::Text,
            (_, "pdf") => Self::Pdf,
            _ if ["zip", "tar", "compressed"]
                .iter()
                .any(|packed| media_type.contains(packed)) =>
            {
                Self::Archive
            }
            _ => Self::Other,
        }
    }

    pub(super) fn bit(self) -> u16 {
        1 << self as u16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extension_comes_before_the_media_type() {
        for (name, media_type, kind) in [
            ("a.PDF", "application/octet-stream", FileKind::Pdf),
            ("a.md", "application/x-unknown", FileKind::Text),
            ("a.unknown", "image/x-unknown", FileKind::Image),
            ("README", "", FileKind::Other),
            ("a", "application/pdf", FileKind::Pdf),
            ("a", "application/x-zip-compressed", FileKind::Archive),
        ] {
            assert_eq!(
                FileKind::of(NodeKind::File, name, media_type),
                kind,
                "{name}"
            );
        }
        assert_eq!(
            FileKind::of(NodeKind::Folder, "a.pdf", ""),
            FileKind::Folder
        );
    }
}
