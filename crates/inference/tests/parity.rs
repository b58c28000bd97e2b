//! The embedded models against their references. `tests/parity/make.py` says how those were made.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use answerpal_inference::{Embedder, Profile, Role, embedder};

fn texts() -> Vec<String> {
    serde_json::from_str(include_str!("parity/texts.json")).unwrap()
}

fn reference(bytes: &[u8], length: usize) -> Vec<Vec<f32>> {
    let numbers: Vec<f32> = bytes.as_chunks::<4>().0.iter().map(|four| f32::from_le_bytes(*four)).collect();
    numbers.chunks(length).map(<[f32]>::to_vec).collect()
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn compare(got: &[Vec<f32>], bytes: &[u8], least: f32) {
    let wanted = reference(bytes, got[0].len());
    assert_eq!(got.len(), wanted.len());
    for ((text, got), wanted) in texts().iter().zip(got).zip(&wanted) {
        let cosine = cosine(got, wanted);
        assert!(cosine > least, "{cosine} for {text:?}");
        assert!((got.iter().map(|x| x * x).sum::<f32>() - 1.0).abs() < 1e-4);
    }
}

#[test]
fn minilm_is_what_its_original_weights_say() {
    let texts = texts();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let got = embedder::minilm_vectors(&texts).unwrap();
    compare(&got, include_bytes!("parity/minilm.f32"), 0.99999);
}

#[test]
fn e5_is_what_its_own_engine_says() {
    let texts = texts();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let query = embedder::e5_vectors(&texts, Role::Query).unwrap();
    compare(&query, include_bytes!("parity/e5-query.f32"), 0.999);
    let passage = embedder::e5_vectors(&texts, Role::Passage).unwrap();
    compare(&passage, include_bytes!("parity/e5-passage.f32"), 0.999);
}

#[test]
fn the_universal_encoder_is_what_its_published_engine_says() {
    let texts = texts();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let got = embedder::universal_vectors(&texts).unwrap();
    compare(&got, include_bytes!("parity/universal.f32"), 0.9999);
}

#[test]
fn a_message_is_near_to_its_translation() {
    let texts = ["my parcel has not arrived yet", "mijn pakket is nog niet aangekomen", "reset my password"];
    let vectors = Embedder::new(Profile::Multilingual).embed(&texts, Role::Message).unwrap();
    let [english, dutch, other] = &vectors[..] else { panic!("three texts, three vectors") };
    let (near, far) = (cosine(english, dutch), cosine(other, dutch));
    assert!(near > 0.5 && near - far > 0.3, "{near}, {far}");
}

#[test]
fn a_message_knows_its_question() {
    let texts = ["where is my order?", "waar blijft mijn bestelling?"];
    for profile in [Profile::English, Profile::Multilingual] {
        let embedder = Embedder::new(profile);
        let messages = embedder.embed(&texts, Role::Message).unwrap();
        let questions = embedder.embed(&texts, Role::Query).unwrap();
        for (message, question) in messages.iter().zip(questions) {
            assert_eq!(embedder.question(message), question);
        }
    }
}

#[test]
fn a_vector_does_not_depend_on_its_company() {
    let texts = texts();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    for profile in [Profile::English, Profile::Multilingual] {
        let embedder = Embedder::new(profile);
        for role in [Role::Message, Role::Query, Role::Passage] {
            let together = embedder.embed(&texts, role).unwrap();
            for (text, vector) in texts.iter().zip(&together) {
                assert_eq!(vector.len(), embedder.dimensions(role));
                assert_eq!(&embedder.embed(&[text], role).unwrap()[0], vector, "{text}");
            }
        }
    }
}

#[test]
fn any_text_has_a_vector() {
    let long = "word ".repeat(50_000);
    let wide = "长".repeat(50_000);
    let one = "a".repeat(300_000);
    let texts = ["", " ", "\0\u{1}", "\u{fffd}", "🎉", long.as_str(), wide.as_str(), one.as_str()];
    for vector in Embedder::new(Profile::Multilingual).embed(&texts, Role::Passage).unwrap() {
        assert!(vector.iter().all(|value| value.is_finite()));
    }
    assert!(Embedder::new(Profile::English).embed(&[], Role::Query).unwrap().is_empty());
}
