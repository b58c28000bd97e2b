//! Any text and any query behave the same in FTS5, in PostgreSQL (by its rules)
//! and in `matches`, and snippets agree with them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use answerpal_text::{Scope, fts5_document, matches, parse_query, snippet, tokens};
use proptest::prelude::*;
use support::{fts5_finds, fts5_with, postgres_finds};

const TENANT: Scope = Scope(12);
/// Tenants whose terms look much like those of [`TENANT`].
const OTHERS: [Scope; 4] = [Scope(1), Scope(2), Scope(122), Scope(-12)];

/// Text of pieces that are likely to meet again in a query, and of anything.
fn text() -> impl Strategy<Value = String> {
    const PIECES: &[&str] = &[
        "a", "b", "login", "Log", "12z", "z", "2", "É", "e\u{301}", "ß", "ss", "ı", "\u{ad}", "日", "本",
        "語", "カ", "ｶ", "\u{ff9e}", "\u{3099}", "한", "\u{1112}", "\u{1161}", "\u{11ab}", "हि", "ไ",
        "\u{2bc}", "👍🏽", "\u{1f}", "\0",
    ];
    const MARKS: &[&str] = &[
        " ", " ", " ", "\n", "\u{3000}", ".", "@", "_", "-", "\"", "“", "*", "* ", "'", "\\", "(", ":", "^",
        "<", "&", " AND ", " NEAR(",
    ];
    let piece = prop_oneof![
        4 => proptest::sample::select(PIECES).prop_map(str::to_owned),
        3 => proptest::sample::select(MARKS).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn engines_agree(document in text(), queries in proptest::collection::vec(text(), 4)) {
        let db = fts5_with(TENANT, &[&document]);
        for query in &queries {
            // Queries that start small are found more often.
            for end in query.char_indices().map(|(at, c)| at + c.len_utf8()) {
                let query = parse_query(&query[..end]);
                let found = fts5_finds(&db, &query, TENANT);
                prop_assert_eq!(found, matches(&document, &query));
                prop_assert_eq!(found, postgres_finds(TENANT, &[&document], &query, TENANT));
                if found {
                    prop_assert!(snippet(&document, &query, 20).is_some());
                }
            }
        }
    }

    #[test]
    fn every_word_and_slice_is_found(document in text()) {
        let db = fts5_with(TENANT, &[&document]);
        let words: Vec<_> = tokens(&document).collect();
        for (at, first) in words.iter().enumerate() {
            for last in &words[at..words.len().min(at + 31)] {
                let slice = document[first.start..last.end].replace(|c| "\"“".contains(c), " ");
                let query = parse_query(&format!("\"{slice}\""));
                prop_assert!(fts5_finds(&db, &query, TENANT), "{:?}", query);
                for other in OTHERS {
                    prop_assert!(!fts5_finds(&db, &query, other), "{:?}", query);
                    prop_assert!(!postgres_finds(TENANT, &[&document], &query, other));
                }
            }
            let folded = parse_query(&first.word);
            prop_assert!(fts5_finds(&db, &folded, TENANT), "{:?}", folded);
        }
    }

    #[test]
    fn fts5_keeps_terms_as_they_are(document in text()) {
        let db = fts5_with(TENANT, &[&document]);
        db.execute_batch("CREATE VIRTUAL TABLE v USING fts5vocab(t, instance)").unwrap();
        let mut select = db.prepare("SELECT term FROM v ORDER BY offset").unwrap();
        let stored: Vec<String> = select
            .query_map([], |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        prop_assert_eq!(stored.join(" "), fts5_document(TENANT, &[&document]));
    }

    #[test]
    fn snippets_are_well_formed(document in text(), query in text(), max in 0usize..60) {
        let Some(snippet) = snippet(&document, &parse_query(&query), max) else {
            return Ok(());
        };
        let html = snippet.html;
        prop_assert!(html.contains("<mark>"));
        let mut plain = String::new();
        let mut marked = false;
        for piece in html.split_inclusive("mark>") {
            let tag = if marked { "</mark>" } else { "<mark>" };
            plain.push_str(piece.strip_suffix(tag).unwrap_or(piece));
            prop_assert!(!plain.contains('<') && !plain.contains('>'), "{}", html);
            marked ^= piece.ends_with(tag);
        }
        prop_assert!(!marked, "{}", html);
        for entity in plain.split('&').skip(1) {
            let known = ["amp;", "lt;", "gt;", "quot;", "#39;"];
            prop_assert!(known.iter().any(|e| entity.starts_with(e)), "{}", html);
        }
        let text = plain
            .replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"")
            .replace("&#39;", "'").replace("&amp;", "&");
        prop_assert!(text.chars().count() <= max.max(1) + 2, "{}", html);
        prop_assert!(!text.contains(char::is_control), "{}", html);
    }
}

#[test]
fn phrases_do_not_cross_parts() {
    let parts = ["Login not", "", "working 日", "本"];
    let db = fts5_with(TENANT, &parts);
    for (text, found) in [
        ("not working", true),
        ("\"login not\"", true),
        ("\"not working\"", false),
        ("日 本", true),
        ("日本", false),
        ("\"not*\"", true),
    ] {
        let query = parse_query(text);
        assert_eq!(fts5_finds(&db, &query, TENANT), found, "{text}");
        assert_eq!(postgres_finds(TENANT, &parts, &query, TENANT), found, "{text}");
    }
}

#[test]
fn long_documents_are_found_over_chunk_borders() {
    let document: String = (0..20_000u32).map(|n| format!("w{} same ", n % 7000)).collect();
    let db = fts5_with(TENANT, &[&document]);
    let words: Vec<&str> = document.split_whitespace().collect();
    for at in (0..2000).step_by(101) {
        let phrase = words[at..at + 32].join(" ");
        let query = parse_query(&format!("\"{phrase}\" w6999 w1"));
        assert!(fts5_finds(&db, &query, TENANT));
        assert!(postgres_finds(TENANT, &[&document], &query, TENANT));
    }
    let query = parse_query("\"w6999 same w1\"");
    assert!(!fts5_finds(&db, &query, TENANT));
    assert!(!postgres_finds(TENANT, &[&document], &query, TENANT));
}
