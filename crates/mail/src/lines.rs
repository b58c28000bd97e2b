//! Lines of a body with what is known of each.

/// What a mail program said about a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    /// Here begins the mail that is answered.
    History,
    /// "On … wrote:".
    Attribution,
    Signature,
    /// In a block that may be a quote or an indentation.
    Block,
}

/// A line of a body, without its quote marks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    pub text: String,
    pub is_quoted: bool,
    /// The quote marks, with the spaces around them, where people can have typed them.
    pub marks: String,
    /// Quoted by markup, which nobody types by hand.
    pub is_marked: bool,
    pub hint: Option<Hint>,
}

impl Line {
    pub fn is_empty(&self) -> bool {
        self.text.trim().is_empty()
    }
}

/// The lines of plain text: those that begin with `>` are quoted.
pub fn of_text(text: &str) -> Vec<Line> {
    text.lines()
        .map(|line| {
            let trimmed = line.trim_start_matches([' ', '\u{a0}']);
            if trimmed.starts_with('>') && line.len() - trimmed.len() <= 3 {
                let inner = trimmed.trim_start_matches(['>', ' ']);
                let marks = line[..line.len() - inner.len()].into();
                return Line { text: inner.trim_end().into(), is_quoted: true, marks, ..Line::default() };
            }
            // A signature's mark keeps its space.
            let text = if line == "-- " { line } else { line.trim_end() };
            Line { text: text.into(), ..Line::default() }
        })
        .collect()
}
