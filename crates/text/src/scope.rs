//! Whose a term is.

/// The tenant that a document or a query belongs to.
///
/// Its terms start with the tenant's number and a `z`: `login` of tenant 12 is
/// `12zlogin`. As the number ends at the first `z`, no term, and no prefix of a
/// term that goes beyond the `z`, is shared by two tenants. (A negative number
/// is written as the unsigned number of the same bits.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope(pub i64);

impl Scope {
    /// The start of each term of this tenant.
    pub(crate) fn prefix(self) -> String {
        format!("{}z", self.0.cast_unsigned())
    }
}
