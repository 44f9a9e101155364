//! Page numbers and sorting, as every listing that has them takes them.

use protocol::Pagination;

use crate::error::{ApiError, ApiResult};
use crate::http::input::Query;
use crate::repo::entries::{Page, Scope, SortBy};

/// What a query asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paging {
    sort_by: SortBy,
    descending: bool,
    limit: u64,
    offset: u64,
    /// It counts entries, not pages.
    by_offset: bool,
}

impl Paging {
    /// # Errors
    /// 400 naming the parameter that cannot be used; nothing is ever clamped.
    pub(crate) fn read(query: &Query) -> ApiResult<Self> {
        let limit = query.number("limit", 20, 1, 100)?;
        let page = query.number("page", 1, 1, i64::MAX as u64 / 100)?;
        let by_offset = query.text("offset")?.is_some();
        let offset = query.number("offset", 0, 0, i64::MAX as u64)?;
        if by_offset && query.text("page")?.is_some() {
            return Err(ApiError::bad_parameter(
                "offset",
                "use it or page, not both",
            ));
        }
        let sort_by = match query.text("sort_by")? {
            None | Some("uploaded_at") => SortBy::UploadedAt,
            Some("file_size") => SortBy::FileSize,
            Some("encrypted_filename") => SortBy::EncryptedFilename,
            Some(_) => {
                let allowed = "it must be uploaded_at, file_size or encrypted_filename";
                return Err(ApiError::bad_parameter("sort_by", allowed));
            }
        };
        let descending = match query.text("order")? {
            None | Some("desc") => true,
            Some("asc") => false,
            Some(_) => return Err(ApiError::bad_parameter("order", "it must be asc or desc")),
        };
        Ok(Self {
            sort_by,
            descending,
            limit,
            offset: if by_offset {
                offset
            } else {
                (page - 1) * limit
            },
            by_offset,
        })
    }

    /// The page of such a listing.
    pub(crate) fn page(&self, scope: Scope, trashed: bool) -> Page {
        Page {
            scope,
            trashed,
            sort_by: self.sort_by,
            descending: self.descending,
            limit: self.limit,
            offset: self.offset,
        }
    }

    /// Where it stands, if there are so many entries.
    pub(crate) fn pagination(&self, total: u64) -> Pagination {
        let end = self.offset.saturating_add(self.limit);
        Pagination {
            total,
            page: self.offset / self.limit + 1,
            limit: self.limit,
            total_pages: total.div_ceil(self.limit),
            offset: self.by_offset.then_some(self.offset),
            has_more: self.by_offset.then_some(end < total),
        }
    }
}
