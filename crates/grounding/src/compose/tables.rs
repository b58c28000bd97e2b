//! Which rows of a table answer, and which of their cells: those that share with the question what sets them
//! apart from the others.

use std::collections::{HashMap, HashSet};

use crate::evidence::Known;
use crate::lexicon;
use crate::sentences::Kind;
use crate::words::{Word, same};

/// What a row gains that the question names.
const NAMED: f64 = 0.1;
/// A table with fewer cells beside the first is quoted by whole rows.
const WIDE: usize = 3;

/// The rows of all passages.
#[derive(Default)]
pub struct Rows {
    /// Rows of tables of which others answer.
    skipped: HashSet<usize>,
    named: HashSet<usize>,
    /// The cells of a row that are quoted.
    cells: HashMap<usize, Vec<usize>>,
}

impl Rows {
    pub fn skips(&self, index: usize) -> bool {
        self.skipped.contains(&index)
    }

    pub fn bonus(&self, index: usize) -> f64 {
        if self.named.contains(&index) { NAMED } else { 0.0 }
    }

    /// A row with those of its cells that answer; None for all of it.
    pub fn cells(&self, known: &[Known], index: usize) -> Option<String> {
        let kept = self.cells.get(&index)?;
        let cells = &known[index].sentence.cells;
        let told = kept.iter().filter_map(|it| cells.get(*it)).cloned().collect::<Vec<_>>();
        Some(told.join(", "))
    }
}

/// Looks for the question's words in each table.
pub fn answering(known: &[Known], asked: &[Word]) -> Rows {
    let mut out = Rows::default();
    let asked: Vec<&str> =
        asked.iter().map(|it| it.folded.as_str()).filter(|it| !lexicon::is_stop(it)).collect();
    let is_row = |it: usize| known[it].sentence.kind == Kind::Row;
    let mut at = 0;
    while at < known.len() {
        if !is_row(at) {
            at += 1;
            continue;
        }
        let goes_on = |it: usize| is_row(it) && known[it].source == known[at].source;
        let end = (at..known.len()).find(|it| !goes_on(*it)).unwrap_or(known.len());
        table(known, at..end, &asked, &mut out);
        at = end;
    }
    out
}

fn table(known: &[Known], rows: std::ops::Range<usize>, asked: &[&str], out: &mut Rows) {
    let holds = |row: usize, word: &str| known[row].folded().any(|it| same(it, word));
    // What every row has, the names of the columns among it, tells none apart.
    let telling: Vec<&str> =
        asked.iter().copied().filter(|word| !rows.clone().all(|it| holds(it, word))).collect();
    let in_first = |row: usize, word: &str| {
        let first = known[row].sentence.cells.first().map(String::as_str).unwrap_or_default();
        crate::words::words(first).iter().any(|it| same(&it.folded, word))
    };
    let points = |row: usize| -> usize {
        telling.iter().map(|it| usize::from(holds(row, it)) + usize::from(in_first(row, it))).sum()
    };
    let most = rows.clone().map(points).max().unwrap_or_default();
    if most == 0 {
        return;
    }
    for row in rows.clone() {
        if points(row) < most {
            out.skipped.insert(row);
            continue;
        }
        out.named.insert(row);
        if let Some(cells) = columns(&known[row].sentence.cells, asked) {
            out.cells.insert(row, cells);
        }
    }
}

/// The first cell and those whose column the question names; None where that is none or all of them.
fn columns(cells: &[String], asked: &[&str]) -> Option<Vec<usize>> {
    if cells.len() <= WIDE {
        return None;
    }
    let points = |cell: &String| {
        let name = cell.split_once(": ").map(|it| it.0).unwrap_or_default();
        let words = crate::words::words(name);
        words.iter().filter(|name| asked.iter().any(|it| same(&name.folded, it))).count()
    };
    let all: Vec<usize> = cells.iter().skip(1).map(points).collect();
    let most = all.iter().copied().max().filter(|it| *it > 0)?;
    let best: Vec<usize> = (1..cells.len()).filter(|it| all[it - 1] == most).collect();
    (best.len() < cells.len() - 1).then(|| std::iter::once(0).chain(best).collect())
}
