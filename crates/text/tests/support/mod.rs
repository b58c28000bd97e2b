//! Engines to test against: a real FTS5, and a reader of tsvector and tsquery
//! text that follows PostgreSQL's rules.

use std::collections::HashMap;

use answerpal_text::{Query, Scope, fts5_document, tsvector_documents};
use rusqlite::Connection;

/// A fresh FTS5 table, holding one document of `scope`.
pub fn fts5_with(scope: Scope, parts: &[&str]) -> Connection {
    let db = Connection::open_in_memory().unwrap();
    db.execute_batch(
        "CREATE VIRTUAL TABLE t USING fts5(words, content='', contentless_delete=1, \
         tokenize='ascii')",
    )
    .unwrap();
    let document = fts5_document(scope, parts);
    db.execute("INSERT INTO t(rowid, words) VALUES (1, ?1)", [document]).unwrap();
    db
}

/// Whether the table's document is found; panics when FTS5 rejects the query.
pub fn fts5_finds(db: &Connection, query: &Query, scope: Scope) -> bool {
    let sql = "SELECT count(*) FROM t WHERE t MATCH ?1";
    let found: i64 = db.query_row(sql, [query.to_fts5(scope)], |row| row.get(0)).unwrap();
    found == 1
}

/// Whether PostgreSQL would find the document of `owner` when `asking` looks
/// for it, by the texts given to it.
pub fn postgres_finds(owner: Scope, parts: &[&str], query: &Query, asking: Scope) -> bool {
    let vectors: Vec<Vector> =
        tsvector_documents(owner, parts).iter().map(|text| read_vector(text)).collect();
    let queries = query.to_tsqueries(asking);
    assert_eq!(queries.join(" & "), query.to_tsquery(asking));
    !queries.is_empty() && queries.iter().all(|q| vectors.iter().any(|v| term_in(v, q)))
}

type Vector = HashMap<String, Vec<u32>>;

fn read_vector(text: &str) -> Vector {
    let mut vector = Vector::new();
    for item in text.split(' ') {
        let (word, positions) = item.rsplit_once(':').unwrap();
        let positions: Vec<u32> = positions.split(',').map(|p| p.parse().unwrap()).collect();
        assert!(positions.is_sorted() && positions.len() <= 255);
        assert!(positions.iter().all(|p| (1..=16383).contains(p)));
        let twice = vector.insert(lexeme(word), positions);
        assert_eq!(twice, None);
    }
    vector
}

/// The content of a quoted lexeme, which must not need escaping.
fn lexeme(quoted: &str) -> String {
    let word = quoted.strip_prefix('\'').unwrap().strip_suffix('\'').unwrap();
    assert!(word.chars().all(char::is_alphanumeric) && word.len() < 2046);
    word.to_owned()
}

fn term_in(vector: &Vector, query: &str) -> bool {
    let bare = query.trim_start_matches('(').trim_end_matches(')');
    let words: Vec<&str> = bare.split(" <-> ").collect();
    let positions: Vec<Vec<u32>> = words.iter().map(|w| positions_of(vector, w)).collect();
    positions[0].iter().any(|first| {
        let rest = (*first..).zip(&positions);
        rest.into_iter().all(|(at, of_word)| of_word.contains(&at))
    })
}

fn positions_of(vector: &Vector, word: &str) -> Vec<u32> {
    match word.strip_suffix(":*") {
        None => vector.get(&lexeme(word)).cloned().unwrap_or_default(),
        Some(start) => {
            let start = lexeme(start);
            let found = vector.iter().filter(|(w, _)| w.starts_with(&start));
            found.flat_map(|(_, positions)| positions.clone()).collect()
        }
    }
}
