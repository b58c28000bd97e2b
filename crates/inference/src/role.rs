//! What is asked of a vector.

/// What a text is for. Messages compare with messages, questions and passages with each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// A message or a topic, to be told apart from others.
    Message,
    /// A question, to find passages with.
    Query,
    /// A passage of a document, to be found.
    Passage,
}
