//! Inserts put together into one statement: PostgreSQL answers each statement by itself, which costs it, the
//! network and the program more than the row.

use std::fmt::Write;

use crate::store::value::Value;

/// A statement with more parameters stays by itself, so that no end of different ones has to be prepared.
const MOST: usize = 100;

pub(super) type Statement = (String, Vec<Value<'static>>);

/// Puts inserts that follow each other, each into another table, into one statement. The rows are the same,
/// because none of them is read by the others.
pub(super) fn merged(statements: Vec<Statement>) -> Vec<Statement> {
    let mut out = Vec::new();
    let mut run: Vec<Statement> = Vec::new();
    for (sql, params) in statements {
        let table = if params.len() <= MOST { inserted_into(&sql) } else { None };
        if table.is_none() || run.iter().any(|it| inserted_into(&it.0) == table) {
            out.extend(together(std::mem::take(&mut run)));
        }
        match table {
            Some(_) => run.push((sql, params)),
            None => out.push((sql, params)),
        }
    }
    out.extend(together(run));
    out
}

/// The table of a statement that inserts given rows and tells nothing of them.
fn inserted_into(sql: &str) -> Option<&str> {
    let (table, rest) = sql.strip_prefix("INSERT INTO ")?.split_once(' ')?;
    let reads = ["SELECT", "RETURNING"].iter().any(|it| rest.contains(it));
    (!reads && rest.contains(" VALUES ")).then_some(table)
}

/// One statement of which all but the last are named and never asked for: PostgreSQL runs them all the same.
fn together(run: Vec<Statement>) -> Option<Statement> {
    let size = run.iter().map(|it| it.0.len() + 20).sum();
    let (mut sql, mut all) = (String::with_capacity(size), Vec::new());
    let mut left = run.len();
    for (number, (one, params)) in run.into_iter().enumerate() {
        left -= 1;
        let _ = match (number, left) {
            (0, 0) => Ok(()),
            (0, _) => write!(sql, "WITH i0 AS ("),
            (_, 0) => write!(sql, ") "),
            _ => write!(sql, "), i{number} AS ("),
        };
        push_renumbered(&mut sql, &one, all.len());
        all.extend(params);
    }
    (!sql.is_empty()).then_some((sql, all))
}

/// Appends a statement whose parameters come after so many others.
fn push_renumbered(out: &mut String, sql: &str, others: usize) {
    let mut parts = sql.split('$');
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = part.split_at(digits);
        let _ = match number.parse::<usize>() {
            Ok(number) => write!(out, "${}{rest}", number + others),
            Err(_) => write!(out, "${part}"),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement(sql: &str, params: std::ops::Range<i64>) -> Statement {
        (sql.into(), params.map(Value::from).collect())
    }

    fn texts(statements: Vec<Statement>) -> Vec<String> {
        merged(statements).into_iter().map(|it| it.0).collect()
    }

    const A: &str = "INSERT INTO a (x, y) VALUES ($1, $2)";
    const B: &str = "INSERT INTO b (x) VALUES (CAST($1 AS TEXT)) ON CONFLICT DO NOTHING";

    #[test]
    fn inserts_into_several_tables_are_one_statement() {
        let made = merged(vec![
            statement(A, 0..2),
            statement(B, 2..3),
            statement("INSERT INTO c (z) VALUES ($1)", 3..4),
        ]);
        assert_eq!(
            made,
            [statement(
                "WITH i0 AS (INSERT INTO a (x, y) VALUES ($1, $2)), \
                 i1 AS (INSERT INTO b (x) VALUES (CAST($3 AS TEXT)) ON CONFLICT DO NOTHING) \
                 INSERT INTO c (z) VALUES ($4)",
                0..4
            )]
        );
    }

    #[test]
    fn what_reads_or_changes_rows_stays_in_its_place() {
        for other in [
            "UPDATE a SET x = $1",
            "DELETE FROM a WHERE x = $1",
            "INSERT INTO c SELECT x FROM a WHERE y = $1",
            "INSERT INTO c (x) VALUES ($1) RETURNING id",
        ] {
            let made = texts(vec![statement(A, 0..2), statement(other, 2..3), statement(B, 3..4)]);
            assert_eq!(made, [A, other, B]);
        }
    }

    #[test]
    fn a_table_is_inserted_into_once_in_a_statement() {
        let made = texts(vec![statement(A, 0..2), statement(A, 2..4), statement(B, 4..5)]);
        assert_eq!(made.len(), 2);
        assert!(made[0] == A && made[1].starts_with("WITH i0 AS (INSERT INTO a"), "{made:?}");
    }

    #[test]
    fn statements_of_many_rows_stay_by_themselves() {
        let made = texts(vec![statement(A, 0..2), statement(B, 0..101), statement(B, 0..1)]);
        assert_eq!(made, [A, B, B]);
        assert!(merged(Vec::new()).is_empty());
    }
}
