//! The lines of a page in reading order, from where its characters stand: columns one after the other, the
//! cells of a row side by side, larger lines as headings.

/// A character, its place from the top left.
#[derive(Clone, Debug)]
pub struct Glyph {
    pub x: f64,
    pub y: f64,
    /// Where it ends.
    pub end: f64,
    pub size: f64,
    pub text: String,
}

/// What a line is.
#[derive(Clone, Debug, PartialEq)]
pub enum Line {
    /// Of a paragraph.
    Text(String),
    /// Larger than the rest.
    Heading(String),
    Row(Vec<String>),
    /// Room between paragraphs.
    Gap,
}

impl Line {
    /// Its text, where it is a line of a paragraph or a heading.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Heading(text) => Some(text),
            Self::Row(_) | Self::Gap => None,
        }
    }
}

/// Characters on one line with no more than a space between them.
#[derive(Clone, Debug)]
struct Run {
    x: f64,
    end: f64,
    y: f64,
    size: f64,
    text: String,
}

/// A gap as wide as this, in sizes of the font, is no space between words …
const APART: f64 = 1.4;
/// … and one like this is.
const SPACE: f64 = 0.12;
/// Lines on each side of the room between two columns.
const LEAST_LINES: usize = 4;
/// Characters that a line of a column has, by its median.
const WIDE: usize = 18;
/// A line is a heading where it is larger than most by this.
const LARGER: f64 = 1.15;
const LONGEST_HEADING: usize = 120;
/// Columns are looked for in columns this deep.
const DEEPEST: usize = 3;
/// Runs of a page; one with more is read as it comes.
const MOST_RUNS: usize = 20_000;

/// The lines of a page. `size` is that of most of the document's text.
pub fn lines(glyphs: Vec<Glyph>, size: f64) -> Vec<Line> {
    let runs = runs(glyphs);
    let mut out = Vec::new();
    if runs.len() <= MOST_RUNS {
        region(runs, size, 0, &mut out);
    } else {
        out.extend(runs.into_iter().map(|it| Line::Text(it.text)));
    }
    out
}

/// The size that most characters have.
pub fn usual_size<'a>(glyphs: impl Iterator<Item = &'a Glyph>) -> f64 {
    let mut sizes: Vec<f64> = glyphs.map(|it| it.size).collect();
    sizes.sort_by(f64::total_cmp);
    sizes.get(sizes.len() / 2).copied().unwrap_or_default()
}

fn runs(mut glyphs: Vec<Glyph>) -> Vec<Run> {
    glyphs.retain(|it| it.x.is_finite() && it.y.is_finite() && it.end.is_finite() && it.size > 0.0);
    let mut out: Vec<Run> = Vec::new();
    for glyph in glyphs {
        let blank = glyph.text.trim().is_empty();
        if let Some(run) = out.last_mut() {
            let same_line = (run.y - glyph.y).abs() < 0.4 * glyph.size.max(run.size);
            let gap = glyph.x - run.end;
            if same_line && gap < APART * glyph.size && gap > -glyph.size {
                if (gap > SPACE * glyph.size || blank) && !run.text.ends_with(' ') {
                    run.text.push(' ');
                }
                if !blank {
                    run.text.push_str(&glyph.text);
                    run.end = run.end.max(glyph.end);
                    run.size = run.size.max(glyph.size);
                }
                continue;
            }
        }
        if !blank {
            out.push(Run { x: glyph.x, end: glyph.end, y: glyph.y, size: glyph.size, text: glyph.text });
        }
    }
    for run in &mut out {
        run.text.truncate(run.text.trim_end().len());
    }
    out
}

fn region(runs: Vec<Run>, size: f64, depth: usize, out: &mut Vec<Line>) {
    if depth < DEEPEST
        && let Some((above, left, right, below)) = columns(&runs, size)
    {
        for part in [above, left, right, below] {
            if !part.is_empty() {
                region(part, size, depth + 1, out);
                out.push(Line::Gap);
            }
        }
        return;
    }
    flow(runs, size, out);
}

/// What stands above two columns, in each of them, and below.
type Columns = (Vec<Run>, Vec<Run>, Vec<Run>, Vec<Run>);

/// Looks for room from top to bottom that text stands on both sides of. Lines that cross it above and below
/// belong to neither side.
fn columns(runs: &[Run], size: f64) -> Option<Columns> {
    let mut edges: Vec<f64> = runs.iter().map(|it| it.x).collect();
    edges.sort_by(f64::total_cmp);
    edges.dedup_by(|a, b| (*a - *b).abs() < 1.0);
    // The left edge of the right column is where many lines begin.
    let many = |edge: &f64| runs.iter().filter(|it| (it.x - edge).abs() < 2.0).count() >= LEAST_LINES;
    edges.into_iter().filter(many).find_map(|edge| split_at(runs, edge - size.max(4.0), edge - 1.0))
}

fn split_at(runs: &[Run], from: f64, to: f64) -> Option<Columns> {
    let crosses = |it: &Run| it.x < to && it.end > from;
    let is_left = |it: &Run| it.end <= from;
    let is_right = |it: &Run| it.x >= to;
    let right_of = |part: &[&Run]| part.iter().filter(|it| is_right(it)).count();
    let left_of = |part: &[&Run]| part.iter().filter(|it| is_left(it)).count();
    // The longest stretch of the page without a line that crosses.
    let mut order: Vec<&Run> = runs.iter().collect();
    order.sort_by(|a, b| a.y.total_cmp(&b.y));
    let mut best: Option<&[&Run]> = None;
    for part in order.split(|it| crosses(it)) {
        let fits = right_of(part) >= LEAST_LINES && left_of(part) >= LEAST_LINES;
        if fits && best.is_none_or(|it| part.len() > it.len()) {
            best = Some(part);
        }
    }
    let best = best?;
    // Down to where one of the two ends, where what is beside or below it is no column.
    let whole = (best.first()?.y, best.last()?.y);
    let of_right = |ys: fn(f64, f64) -> f64, start: f64| {
        best.iter().filter(|it| is_right(it)).map(|it| it.y).fold(start, ys)
    };
    let beside = (of_right(f64::min, f64::INFINITY) - 2.0, of_right(f64::max, f64::NEG_INFINITY) + 2.0);
    [whole, beside].into_iter().find_map(|bounds| parted(runs, bounds, &is_left, &is_right))
}

/// The runs above some bounds, between them on each side, and below, where both sides are columns.
fn parted(
    runs: &[Run],
    (top, bottom): (f64, f64),
    is_left: &dyn Fn(&Run) -> bool,
    is_right: &dyn Fn(&Run) -> bool,
) -> Option<Columns> {
    let within = |it: &Run| it.y >= top && it.y <= bottom;
    let pick = |take: &dyn Fn(&Run) -> bool| runs.iter().filter(|it| take(it)).cloned().collect::<Vec<_>>();
    let left = pick(&|it| within(it) && is_left(it));
    let right = pick(&|it| within(it) && is_right(it));
    let is_whole = left.len() + right.len() == runs.iter().filter(|it| within(it)).count();
    if !is_whole || !is_running_text(&left) || !is_running_text(&right) {
        return None;
    }
    Some((pick(&|it| it.y < top), left, right, pick(&|it| it.y > bottom)))
}

/// Whether lines are long as those of a column are, and not short as the cells of a table.
fn is_running_text(runs: &[Run]) -> bool {
    let mut lengths: Vec<usize> = runs.iter().map(|it| it.text.chars().count()).collect();
    lengths.sort_unstable();
    let wide = lengths.get(lengths.len() / 2).is_some_and(|it| *it >= WIDE);
    wide && runs.len() >= LEAST_LINES
}

/// Runs that stand on one line, left to right.
fn rows(mut runs: Vec<Run>) -> Vec<Vec<Run>> {
    // Stable: what stands on one line stays in the file's order until it is sorted by place.
    runs.sort_by(|a, b| a.y.total_cmp(&b.y));
    let mut out: Vec<Vec<Run>> = Vec::new();
    for run in runs {
        match out.last_mut() {
            Some(row) if row.iter().any(|it| (it.y - run.y).abs() < 0.4 * it.size.max(run.size)) => {
                row.push(run);
            }
            _ => out.push(vec![run]),
        }
    }
    for row in &mut out {
        row.sort_by(|a, b| a.x.total_cmp(&b.x));
    }
    out
}

fn flow(runs: Vec<Run>, size: f64, out: &mut Vec<Line>) {
    let rows = rows(runs);
    let mut at = 0;
    let mut before: Option<&Run> = None;
    while at < rows.len() {
        let row = &rows[at];
        let Some(first) = row.first() else { break };
        if let Some(before) = before
            && first.y - before.y > 1.7 * first.size.max(before.size)
        {
            out.push(Line::Gap);
        }
        let table = table(&rows[at..]);
        if table > 0 {
            out.push(Line::Gap);
            let cells = |row: &Vec<Run>| Line::Row(row.iter().map(|it| it.text.clone()).collect());
            out.extend(rows[at..at + table].iter().map(cells));
            out.push(Line::Gap);
            before = rows[at + table - 1].first();
            at += table;
            continue;
        }
        let text = row.iter().map(|it| it.text.as_str()).collect::<Vec<_>>().join(" ");
        let is_larger = first.size > LARGER * size && text.chars().count() <= LONGEST_HEADING;
        out.push(if is_larger && text.chars().any(char::is_alphabetic) {
            Line::Heading(text)
        } else {
            Line::Text(text)
        });
        before = Some(first);
        at += 1;
    }
}

/// How many rows from the first on are a table: as many cells in each, which begin below each other.
fn table(rows: &[Vec<Run>]) -> usize {
    let Some(head) = rows.first().filter(|it| it.len() >= 2 && !is_bullet(&it[0].text)) else { return 0 };
    let alike = |row: &Vec<Run>| {
        row.len() == head.len()
            && row.iter().zip(head).all(|(a, b)| {
                let (left, right) = ((a.x - b.x).abs(), (a.end - b.end).abs());
                let middle = ((a.x + a.end) - (b.x + b.end)).abs() / 2.0;
                left < 2.0 || right < 2.0 || middle < 2.0
            })
    };
    let count = rows.iter().take_while(|it| alike(it)).count();
    if count >= 3 { count } else { 0 }
}

/// Whether a text is nothing but what an item of a list begins with.
pub fn is_bullet(text: &str) -> bool {
    let number = text.trim_end_matches(['.', ')']);
    matches!(text, "•" | "▪" | "◦" | "●" | "‣" | "·" | "-" | "–" | "*" | "o" | "\u{f0b7}")
        || (number.len() < text.len() && number.len() <= 3 && number.bytes().all(|it| it.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words at a place, five wide a character.
    fn at(x: f64, y: f64, size: f64, text: &str) -> Vec<Glyph> {
        text.chars()
            .enumerate()
            .map(|(index, c)| {
                let x = x + index as f64 * 5.0;
                Glyph { x, y, end: x + 5.0, size, text: c.into() }
            })
            .collect()
    }

    fn shown(glyphs: Vec<Glyph>) -> Vec<String> {
        let told = |it: Line| match it {
            Line::Text(text) => Some(text),
            Line::Heading(text) => Some(format!("# {text}")),
            Line::Row(cells) => Some(cells.join(" | ")),
            Line::Gap => None,
        };
        lines(glyphs, 10.0).into_iter().filter_map(told).collect()
    }

    #[test]
    fn columns_are_read_one_after_the_other() {
        let mut glyphs = at(50.0, 50.0, 16.0, "Terms of rental of all our bicycles in Ghent");
        for line in 0..5 {
            let y = 80.0 + f64::from(line) * 12.0;
            glyphs.extend(at(50.0, y, 10.0, &format!("left column line number {line}")));
            glyphs.extend(at(320.0, y, 10.0, &format!("right column line number {line}")));
        }
        glyphs.extend(at(
            50.0,
            160.0,
            10.0,
            "A line below that goes over the whole width of the page, both columns",
        ));
        let lines = shown(glyphs);
        assert_eq!(lines[0], "# Terms of rental of all our bicycles in Ghent");
        assert!(lines[1..6].iter().all(|it| it.starts_with("left")), "{lines:?}");
        assert!(lines[6..11].iter().all(|it| it.starts_with("right")), "{lines:?}");
        assert!(lines[11].starts_with("A line below"), "{lines:?}");
    }

    #[test]
    fn cells_stay_side_by_side() {
        let mut glyphs = Vec::new();
        for (line, (one, other)) in
            [("Bike", "Price"), ("City bike", "12 euro"), ("E-bike", "28 euro"), ("Cargo", "35 euro")]
                .into_iter()
                .enumerate()
        {
            let y = 80.0 + line as f64 * 14.0;
            glyphs.extend(at(50.0, y, 10.0, one));
            glyphs.extend(at(200.0, y, 10.0, other));
        }
        assert_eq!(
            shown(glyphs),
            ["Bike | Price", "City bike | 12 euro", "E-bike | 28 euro", "Cargo | 35 euro"]
        );
    }

    #[test]
    fn odd_places_do_no_harm() {
        let mut glyphs = at(f64::NAN, 1.0, 10.0, "x");
        glyphs.extend(at(1.0, f64::INFINITY, 0.0, "y"));
        glyphs.extend(at(1.0, 5.0, 10.0, "fine"));
        assert_eq!(shown(glyphs), ["fine"]);
        assert_eq!(shown(Vec::new()), Vec::<String>::new());
    }
}
