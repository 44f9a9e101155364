//! Parameters and columns, in the few types that every engine has.

use uuid::Uuid;

use super::DbError;

/// A parameter of a statement.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Param<'a> {
    /// NULL.
    Null,
    /// BIGINT.
    Int(i64),
    /// TEXT.
    Text(&'a str),
    /// Bytes.
    Blob(&'a [u8]),
}

/// A number. Sizes and counters stay far below 2^63; larger ones are cut off there.
pub(crate) fn int(value: impl TryInto<i64>) -> Param<'static> {
    Param::Int(value.try_into().unwrap_or(i64::MAX))
}

/// A number or NULL.
pub(crate) fn opt_int(value: Option<i64>) -> Param<'static> {
    value.map_or(Param::Null, Param::Int)
}

/// A text.
pub(crate) fn text(value: &str) -> Param<'_> {
    Param::Text(value)
}

/// A text or NULL.
pub(crate) fn opt_text(value: Option<&str>) -> Param<'_> {
    value.map_or(Param::Null, Param::Text)
}

/// Bytes.
pub(crate) fn blob(value: &[u8]) -> Param<'_> {
    Param::Blob(value)
}

/// Bytes or NULL.
pub(crate) fn opt_blob(value: Option<&[u8]>) -> Param<'_> {
    value.map_or(Param::Null, Param::Blob)
}

/// A column of a row.
#[derive(Clone, Debug, Default)]
pub(crate) enum Value {
    /// NULL.
    #[default]
    Null,
    /// BIGINT.
    Int(i64),
    /// TEXT.
    Text(String),
    /// Sixteen bytes, as ids are: most blobs of most rows, and nothing to allocate.
    Id([u8; 16]),
    /// Bytes.
    Blob(Vec<u8>),
}

impl Value {
    /// Bytes, however many.
    pub(super) fn bytes(bytes: &[u8]) -> Self {
        bytes
            .try_into()
            .map_or_else(|_| Self::Blob(bytes.to_vec()), Self::Id)
    }

    fn into_bytes(self) -> Option<Vec<u8>> {
        match self {
            Self::Id(bytes) => Some(bytes.to_vec()),
            Self::Blob(bytes) => Some(bytes),
            _ => None,
        }
    }
}

/// A row. Columns are taken out by their index, counted from 0.
#[derive(Debug)]
pub(crate) struct Row(pub(super) Vec<Value>);

impl Row {
    /// Takes a column out.
    ///
    /// # Errors
    /// [`DbError::Column`] when the column has another type or does not exist.
    pub(crate) fn take<T: Column>(&mut self, index: usize) -> Result<T, DbError> {
        let value = self
            .0
            .get_mut(index)
            .map(std::mem::take)
            .unwrap_or_default();
        T::from_value(value).ok_or(DbError::Column {
            index,
            expected: T::NAME,
        })
    }
}

/// What a column can be read as.
pub(crate) trait Column: Sized {
    /// For the error message.
    const NAME: &'static str;
    /// `None` when the value has another type.
    fn from_value(value: Value) -> Option<Self>;
}

macro_rules! columns {
    ($($type:ty, $name:literal, $pattern:pat => $result:expr;)*) => {
        $(impl Column for $type {
            const NAME: &'static str = $name;
            fn from_value(value: Value) -> Option<Self> {
                match value { $pattern => $result, _ => None }
            }
        })*
    };
}

columns! {
    i64, "a number", Value::Int(n) => Some(n);
    u64, "a non-negative number", Value::Int(n) => n.try_into().ok();
    u32, "a small non-negative number", Value::Int(n) => n.try_into().ok();
    bool, "0 or 1", Value::Int(n @ (0 | 1)) => Some(n == 1);
    String, "a text", Value::Text(text) => Some(text);
    Vec<u8>, "bytes", value @ (Value::Id(_) | Value::Blob(_)) => value.into_bytes();
    Uuid, "16 bytes", Value::Id(bytes) => Some(Uuid::from_bytes(bytes));
    protocol::Base64, "bytes", value @ (Value::Id(_) | Value::Blob(_)) => value.into_bytes().map(protocol::Base64);
    protocol::NodeId, "16 bytes", Value::Id(bytes) => Some(protocol::NodeId::from_bytes(bytes));
    protocol::UserId, "16 bytes", Value::Id(bytes) => Some(protocol::UserId::from_bytes(bytes));
    protocol::VersionId, "16 bytes", Value::Id(bytes) => Some(protocol::VersionId::from_bytes(bytes));
    protocol::UploadId, "16 bytes", Value::Id(bytes) => Some(protocol::UploadId::from_bytes(bytes));
    protocol::CommitId, "16 bytes", Value::Id(bytes) => Some(protocol::CommitId::from_bytes(bytes));
    protocol::SessionId, "16 bytes", Value::Id(bytes) => Some(protocol::SessionId::from_bytes(bytes));
}

impl<T: Column> Column for Option<T> {
    const NAME: &'static str = T::NAME;
    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            value => T::from_value(value).map(Some),
        }
    }
}
