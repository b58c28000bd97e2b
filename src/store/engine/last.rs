//! What transactions leave for their end, so that the same is done once for all of them.

use std::borrow::Cow;

use super::{insert_sql, values_together};
use crate::store::value::Value;

/// Where rows are inserted.
pub struct Rows {
    pub table: &'static str,
    pub columns: &'static [&'static str],
    /// What becomes of a row that is there already; empty where none can be.
    pub conflict: &'static str,
}

/// What is left for the end of a transaction.
pub(super) enum Last {
    Statement(Cow<'static, str>, Vec<Value<'static>>),
    /// Rows of one table, value by value.
    Rows(&'static Rows, Vec<Value<'static>>),
    /// A statement that adds to what it finds by a key.
    Sum(&'static str, Vec<Value<'static>>, i64),
}

type Statement = (Cow<'static, str>, Vec<Value<'static>>);

/// The statements of all of it, in the order of what was noted first, sums last. Rows of one table are
/// inserted together, in their order; what is added under one key is added once.
pub(super) fn statements(noted: Vec<Last>, counts: fn(usize) -> usize) -> Vec<Statement> {
    let mut merged: Vec<Last> = Vec::with_capacity(noted.len());
    for last in noted {
        match last {
            Last::Rows(into, values) => {
                let same = merged.iter_mut().find_map(|it| match it {
                    Last::Rows(other, all) if std::ptr::eq(*other, into) => Some(all),
                    _ => None,
                });
                match same {
                    Some(all) => all.extend(values),
                    None => merged.push(Last::Rows(into, values)),
                }
            }
            Last::Sum(sql, key, n) => {
                let same = merged.iter_mut().find_map(|it| match it {
                    Last::Sum(other, its, sum) if *other == sql && *its == key => Some(sum),
                    _ => None,
                });
                match same {
                    Some(sum) => *sum += n,
                    None => merged.push(Last::Sum(sql, key, n)),
                }
            }
            other => merged.push(other),
        }
    }
    let (sums, others): (Vec<_>, Vec<_>) = merged.into_iter().partition(|it| matches!(it, Last::Sum(..)));
    others.into_iter().chain(sums).flat_map(|it| it.statements(counts)).collect()
}

impl Last {
    /// Its statements; `counts` says how many of so many rows one statement inserts.
    fn statements(self, counts: fn(usize) -> usize) -> Vec<Statement> {
        match self {
            Self::Statement(sql, params) => vec![(sql, params)],
            Self::Sum(_, _, 0) => Vec::new(),
            Self::Sum(sql, mut params, n) => {
                params.push(n.into());
                vec![(sql.into(), params)]
            }
            Self::Rows(into, values) => rows(into, values, counts),
        }
    }
}

fn rows(into: &Rows, values: Vec<Value<'static>>, counts: fn(usize) -> usize) -> Vec<Statement> {
    let width = into.columns.len();
    let mut out = Vec::with_capacity(1);
    let mut left = values.len();
    let mut values = values.into_iter();
    while left > 0 {
        let together = (counts(left / width) * width).clamp(width, values_together(width)).min(left);
        let chunk: Vec<_> = values.by_ref().take(together).collect();
        left -= together;
        let sql = insert_sql(into.table, into.columns, together);
        out.push((format!("{sql} {}", into.conflict).into(), chunk));
    }
    out
}

/// As few statements as can be.
pub(super) fn all(rows: usize) -> usize {
    rows
}

/// In statements of a few lengths only, so that each is prepared once.
pub(super) fn powers_of_two(rows: usize) -> usize {
    1 << rows.clamp(1, 32).ilog2()
}

#[cfg(test)]
mod tests {
    use super::*;

    static EVENTS: Rows = Rows { table: "events", columns: &["a", "b"], conflict: "" };
    static JOBS: Rows = Rows { table: "jobs", columns: &["a"], conflict: "ON CONFLICT DO NOTHING" };
    const ADD: &str = "ADD $1 $2";

    fn told(noted: Vec<Last>, counts: fn(usize) -> usize) -> Vec<(String, usize)> {
        statements(noted, counts).into_iter().map(|(sql, params)| (sql.into_owned(), params.len())).collect()
    }

    fn ints(from: i64, to: i64) -> Vec<Value<'static>> {
        (from..to).map(Value::from).collect()
    }

    #[test]
    fn rows_of_a_table_go_together_in_their_order() {
        let noted = vec![
            Last::Rows(&EVENTS, ints(0, 2)),
            Last::Rows(&JOBS, ints(7, 8)),
            Last::Statement("UPDATE".into(), ints(0, 1)),
            Last::Rows(&EVENTS, ints(2, 6)),
        ];
        let made = statements(noted, all);
        assert_eq!(made[0].0, "INSERT INTO events (a, b) VALUES ($1, $2), ($3, $4), ($5, $6) ");
        assert_eq!(made[0].1, ints(0, 6));
        assert_eq!(made[1].0, "INSERT INTO jobs (a) VALUES ($1) ON CONFLICT DO NOTHING");
        assert_eq!(made[2].0, "UPDATE");
    }

    #[test]
    fn few_lengths_hold_all_rows() {
        let lengths = |rows: i64| {
            told(vec![Last::Rows(&EVENTS, ints(0, 2 * rows))], powers_of_two)
                .iter()
                .map(|it| it.1 / 2)
                .collect::<Vec<_>>()
        };
        assert_eq!(lengths(0), [0; 0]);
        assert_eq!(lengths(1), [1]);
        assert_eq!(lengths(7), [4, 2, 1]);
        assert_eq!(lengths(75), [32, 32, 8, 2, 1]);
    }

    #[test]
    fn one_key_is_added_to_once_and_not_at_all_where_nothing_is_left() {
        let noted = vec![
            Last::Sum(ADD, ints(1, 2), 1),
            Last::Sum(ADD, ints(2, 3), -1),
            Last::Sum(ADD, ints(1, 2), 2),
            Last::Sum(ADD, ints(2, 3), 1),
        ];
        let made = statements(noted, all);
        assert_eq!(made.len(), 1);
        assert_eq!(made[0].1, vec![Value::from(1i64), Value::from(3i64)]);
    }

    #[test]
    fn sums_come_last() {
        let noted = vec![
            Last::Sum(ADD, ints(1, 2), 1),
            Last::Statement("INSERT".into(), ints(0, 1)),
            Last::Sum(ADD, ints(1, 2), 1),
            Last::Rows(&JOBS, ints(7, 8)),
        ];
        let made = told(noted, all);
        let made: Vec<_> = made.iter().map(|it| it.0.split(' ').next().unwrap_or_default()).collect();
        assert_eq!(made, ["INSERT", "INSERT", "ADD"]);
    }
}
