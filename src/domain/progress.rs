//! How far a long piece of work is.

/// Is told how far the work is. The command line draws it; `()` is told and says nothing.
pub trait Progress: Send + Sync {
    /// A new part of the work begins: what it does, and how many steps it has (0 where nobody knows).
    fn begin(&self, what: &str, steps: u64);

    /// So many more steps are done.
    fn advance(&self, steps: u64);
}

impl Progress for () {
    fn begin(&self, _: &str, _: u64) {}
    fn advance(&self, _: u64) {}
}
