//! Lists of questions and answers that are written without headings: a question in bold or on a line of its
//! own, `Q:` and `A:`, a table with a column of questions. Each question stands for a heading, so that its
//! answer is a passage by itself.

use std::ops::Range;

use super::{BELOW, Block, Kind, LONGEST_QUESTION};

/// What marks a question, in lower case.
const MARKS: &[&str] =
    &["q", "question", "vraag", "v", "frage", "f", "pregunta", "p", "domanda", "d", "pergunta"];
/// Columns of a table of questions.
const MOST_COLUMNS: usize = 4;

/// A block as questions and answers; None where it is none.
pub fn of(markdown: &str, block: &Block) -> Option<Vec<Block>> {
    let Block::Body { range, cuts, head, kind } = block else { return None };
    match kind {
        Kind::Paragraph => paragraph(markdown, range),
        Kind::Table => table(markdown, range, cuts, head.as_ref()?),
        _ => None,
    }
}

/// A paragraph whose lines begin with questions; the last may have its answer in another block.
fn paragraph(markdown: &str, range: &Range<usize>) -> Option<Vec<Block>> {
    let mut out: Vec<Block> = Vec::new();
    let mut at = range.start;
    let mut open: Option<Range<usize>> = None;
    for line in markdown[range.clone()].split_inclusive('\n') {
        let here = at..at + line.len();
        at = here.end;
        if let Some(question) = question(line.trim()) {
            out.extend(open.take().map(body));
            out.push(Block::Heading { level: BELOW, text: question, range: here });
        } else {
            match &mut open {
                Some(open) => open.end = here.end,
                None => open = Some(here),
            }
        }
    }
    let is_list = matches!(out.first(), Some(Block::Heading { .. }));
    out.extend(open.map(body));
    is_list.then_some(out)
}

fn body(range: Range<usize>) -> Block {
    Block::Body { range, cuts: Vec::new(), head: None, kind: Kind::Paragraph }
}

/// The question that a line is: marked as one, or in bold, or one that ends as questions do.
fn question(line: &str) -> Option<String> {
    let bare = line.trim_matches(['*', '_']).trim();
    let is_bold =
        (line.starts_with("**") && line.ends_with("**")) || (line.starts_with("__") && line.ends_with("__"));
    let asks = bare.ends_with(['?', '？']);
    let text = match bare.split_once(':') {
        Some((mark, rest))
            if asks && MARKS.contains(&mark.trim_matches(['*', '_']).to_lowercase().as_str()) =>
        {
            rest.trim_start_matches(['*', '_']).trim()
        }
        // A whole sentence in bold is said with emphasis.
        _ if asks || (is_bold && !bare.contains("**") && !bare.ends_with(['.', '!', ','])) => bare,
        _ => return None,
    };
    let text = text.trim_matches(['*', '_']).trim();
    let sentences = text.matches(". ").count();
    (!text.is_empty() && text.len() <= LONGEST_QUESTION && sentences == 0).then(|| text.to_owned())
}

/// The rows of a table with a column of questions: each answer by itself, without what else the row says.
fn table(markdown: &str, range: &Range<usize>, cuts: &[usize], head: &Range<usize>) -> Option<Vec<Block>> {
    let rows: Vec<Vec<Range<usize>>> = cuts
        .iter()
        .zip(cuts.iter().skip(1).chain([&range.end]))
        .filter(|it| *it.0 >= head.end)
        .map(|(start, end)| cells(markdown, *start..*end))
        .collect();
    let columns = rows.iter().map(Vec::len).max().filter(|it| (2..=MOST_COLUMNS).contains(it))?;
    let text =
        |row: &Vec<Range<usize>>, column: usize| row.get(column).map_or("", |it| markdown[it.clone()].trim());
    let asks = |column: usize| rows.iter().filter(|it| text(it, column).ends_with(['?', '？'])).count();
    let question = (0..columns)
        .max_by_key(|it| (asks(*it), columns - it))
        .filter(|it| asks(*it) * 3 >= rows.len() * 2)?;
    let long = |column: usize| rows.iter().map(|it| text(it, column).len()).sum::<usize>();
    let answer = (0..columns).filter(|it| *it != question).max_by_key(|it| (long(*it), columns - it))?;
    let mut out = Vec::new();
    for row in &rows {
        let (asked, said) = (text(row, question), row.get(answer)?);
        out.push(Block::Heading { level: BELOW, text: asked.to_owned(), range: row.first()?.clone() });
        out.push(body(said.clone()));
    }
    Some(out)
}

/// Where the cells of a row stand.
fn cells(markdown: &str, row: Range<usize>) -> Vec<Range<usize>> {
    let line = markdown[row.clone()].trim_end();
    let mut out = Vec::new();
    let mut start = row.start + usize::from(line.starts_with('|'));
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        if c == '|' && before != '\\' && row.start + at >= start {
            out.push(start..row.start + at);
            start = row.start + at + 1;
        }
        before = c;
    }
    if start < row.start + line.len() {
        out.push(start..row.start + line.len());
    }
    out
}
