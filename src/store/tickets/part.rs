//! What a page takes of a list.

use crate::store::Value;

/// Which part of a list.
#[derive(Clone)]
pub struct Part {
    pub limit: i64,
    pub offset: i64,
    /// The sort value and id of the last ticket of the page before, where they are known: then nothing is
    /// skipped over.
    pub after: Option<(Value<'static>, i64)>,
}
