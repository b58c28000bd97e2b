//! The index finds by meaning, by words and by identifiers, and follows its documents.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::HashSet;

use answerpal_inference::retrieval::{Document, Entry, Index};
use answerpal_inference::{Embedder, Profile, Role};

const EMBEDDER: Embedder = Embedder::new(Profile::English);

fn vector(text: &str, role: Role) -> Vec<f32> {
    EMBEDDER.embed(&[text], role).unwrap().remove(0)
}

fn document(id: i64, title: &str, passages: &[&str]) -> Document {
    let entry = |text: &&str| {
        let text = format!("{title}\n{text}");
        Entry { vector: vector(&text, Role::Passage), text }
    };
    Document {
        id,
        title: title.to_owned(),
        title_vector: vector(title, Role::Passage),
        passages: passages.iter().map(entry).collect(),
    }
}

fn index() -> Index {
    let mut index = Index::new();
    for document in [
        document(
            1,
            "Returns",
            &["You may send an article back within thirty days.", "The label is in the parcel."],
        ),
        document(2, "Opening hours", &["We are there on weekdays from nine to five."]),
        document(3, "Errors", &["E-4012: the export is too large.", "E-4013: the disk is full."]),
    ] {
        assert!(index.put(document));
    }
    index
}

fn first(index: &Index, question: &str, among: Option<&HashSet<i64>>) -> Option<(i64, usize)> {
    let hits = index.search(question, &vector(question, Role::Query), among, 3);
    hits.first().map(|hit| (hit.document, hit.passage))
}

#[test]
fn meaning_finds_what_shares_no_word() {
    let index = index();
    assert_eq!(index.len(), 5);
    assert_eq!(first(&index, "can I get my money for shoes that do not fit", None), Some((1, 0)));
    assert_eq!(first(&index, "when can I call someone", None), Some((2, 0)));
}

#[test]
fn identifiers_decide() {
    let index = index();
    for (question, passage) in
        [("what is error e4012?", 0), ("E 4013 or E-4013 appears", 1), ("code E_4013", 1)]
    {
        assert_eq!(first(&index, question, None), Some((3, passage)), "{question}");
    }
    let hits = index.search("E-4013", &vector("E-4013", Role::Query), None, 5);
    assert!(hits[0].exact && !hits[1].exact);
}

#[test]
fn only_the_documents_asked_for() {
    let index = index();
    let among = HashSet::from([2]);
    assert_eq!(first(&index, "how do I send it back", Some(&among)), Some((2, 0)));
    assert_eq!(first(&index, "how do I send it back", Some(&HashSet::new())), None);
}

#[test]
fn the_index_follows_its_documents() {
    let mut index = index();
    assert!(index.put(document(1, "Returns", &["Nothing can be sent back."])));
    assert_eq!(index.len(), 4);
    let hits = index.search("send it back", &vector("send it back", Role::Query), None, 10);
    assert_eq!(hits.iter().filter(|hit| hit.document == 1).count(), 1);
    assert!(index.remove(1) && !index.remove(1));
    assert_eq!(index.len(), 3);
    assert!(
        index.search("label", &vector("label", Role::Query), None, 10).iter().all(|hit| hit.document != 1)
    );
    for id in [2, 3] {
        index.remove(id);
    }
    assert!(index.is_empty() && first(&index, "anything", None).is_none());
}

#[test]
fn vectors_of_another_model_are_refused() {
    let mut index = index();
    let strange =
        Document { id: 9, title: String::new(), title_vector: vec![1.0; 768], passages: Vec::new() };
    assert!(!index.put(strange));
    assert!(index.search("anything", &[1.0; 768], None, 3).is_empty());
}

#[test]
fn passages_without_vectors_are_found_by_words_until_they_have_them() {
    let entry = |text: &str, vector: &[f32]| Entry { text: text.to_owned(), vector: vector.to_vec() };
    let document = |id, title_vector: &[f32], passages| Document {
        id,
        title: String::new(),
        title_vector: title_vector.to_vec(),
        passages,
    };
    let asked = [1.0, 0.0];
    let mut index = Index::new();
    // Nothing has a vector: words alone.
    assert!(index.put(document(
        1,
        &[],
        vec![entry("the parcel is late", &[]), entry("returns are free", &[])]
    )));
    assert!(index.put(document(2, &[], vec![entry("error E-4012 means no paper", &[])])));
    assert_eq!(index.blind(), 3);
    let best = index.search("my parcel is late", &asked, None, 1)[0];
    assert_eq!((best.document, best.passage, best.similarity), (1, 0, 0.0));
    assert!(index.search("what is e4012", &asked, None, 1)[0].exact);
    // Some have: those without are still found, and what means the same comes first.
    assert!(index.set_vectors(1, vec![0.0, 1.0], &[vec![0.0, 1.0], vec![1.0, 0.0]]));
    assert_eq!(index.blind(), 1);
    let hits = index.search("is sending it back free", &asked, None, 3);
    assert_eq!((hits[0].document, hits[0].passage), (1, 1));
    assert_eq!(index.search("no paper", &[0.0, 1.0], Some(&[2].into()), 1)[0].document, 2);
    assert_eq!(index.search("no paper", &[0.6, 0.8], None, 3).len(), 3);
    // What does not fit changes nothing.
    assert!(!index.set_vectors(2, vec![1.0; 3], &[vec![1.0; 3]]));
    assert!(!index.set_vectors(2, Vec::new(), &[]) && !index.set_vectors(9, Vec::new(), &[]));
    assert!(index.set_vectors(2, Vec::new(), &[vec![1.0, 0.0]]));
    assert_eq!(index.blind(), 0);
}
