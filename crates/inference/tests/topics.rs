//! The classifier knows topics from their descriptions, and learns.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use answerpal_inference::topics::{
    Classifier, Courtesies, Decision, Example, Prediction, Settings, Topic, prompts,
};
use answerpal_inference::{Embedder, Profile, Role};

const EMBEDDER: Embedder = Embedder::new(Profile::English);

fn vector(text: &str) -> Vec<f32> {
    EMBEDDER.embed(&[text], Role::Message).unwrap().remove(0)
}

fn topics() -> Vec<Topic> {
    [
        (1, "refund", "the customer wants money back"),
        (2, "delivery", "where a parcel is and when it arrives"),
        (3, "password_reset", "cannot log in, forgot the password"),
        (4, "invoice", "asks for an invoice or a receipt"),
    ]
    .map(|(id, name, description)| {
        let prompts = prompts(name, description);
        Topic { id, vectors: prompts.iter().map(|prompt| vector(prompt)).collect(), prompts }
    })
    .into()
}

fn example(id: i64, text: &str, topics: &[i64]) -> Example {
    Example { id, text: text.to_owned(), vector: vector(text), topics: topics.to_vec() }
}

fn predict(classifier: &Classifier, text: &str) -> Prediction {
    classifier.predict(text, &vector(text))
}

fn best(classifier: &Classifier, text: &str) -> i64 {
    predict(classifier, text).scores[0].topic
}

#[test]
fn descriptions_are_enough_to_begin() {
    let classifier = Classifier::train(topics(), Vec::new(), Settings::default());
    for (text, topic) in [
        ("I want to be paid back for the broken lamp", 1),
        ("my package still has not come", 2),
        ("the site says my login is wrong", 3),
        ("please send me the bill of last month", 4),
    ] {
        let prediction = predict(&classifier, text);
        assert_eq!(prediction.scores[0].topic, topic, "{text}");
        let total: f32 =
            prediction.scores.iter().map(|score| score.probability).sum::<f32>() + prediction.none;
        assert!((total - 1.0).abs() < 1e-3);
    }
}

#[test]
fn a_correction_counts_at_once() {
    let mut classifier = Classifier::train(topics(), Vec::new(), Settings::default());
    let text = "the zorblax is not blinking";
    let before = best(&classifier, text);
    let other = if before == 4 { 1 } else { 4 };
    classifier.learn(example(1, text, &[other]));
    assert_eq!(best(&classifier, text), other);
    assert_eq!(best(&classifier, "my zorblax is not blinking any more"), other);
    assert_eq!(classifier.nearest(&vector(text), 3)[0].example, 1);
    classifier.learn(example(1, text, &[before]));
    assert_eq!((best(&classifier, text), classifier.len()), (before, 1));
    assert!(classifier.forget(1) && !classifier.forget(1));
    assert!(classifier.is_empty());
}

#[test]
fn what_is_unlearned_does_not_count_at_once() {
    let mut classifier = Classifier::train(topics(), Vec::new(), Settings::default());
    let text = "the blue widget hums at night";
    let before = best(&classifier, text);
    for wrong in (1..=4).filter(|it| *it != before) {
        classifier.learn(example(7, text, &[wrong]));
        assert_eq!(best(&classifier, text), wrong);
        assert!(classifier.unlearn(7) && !classifier.unlearn(7));
        assert_eq!(best(&classifier, text), before, "taken back from {wrong}");
        assert!(classifier.nearest(&vector(text), 5).is_empty());
    }
    // What others bear out stays.
    let wrong = if before == 1 { 2 } else { 1 };
    classifier.learn(example(8, "the blue widget hums at night again", &[wrong]));
    classifier.learn(example(9, "my blue widget hums in the night", &[wrong]));
    classifier.learn(example(10, text, &[wrong]));
    assert!(classifier.unlearn(10));
    assert_eq!(best(&classifier, text), wrong);
}

#[test]
fn what_was_trained_on_is_unlearned_by_what_is_near() {
    let near =
        ["the red widget hums at night", "my widget hums when it is dark", "a widget that hums all night"];
    let text = "the blue widget hums at night";
    for wrong in [2, 3, 4] {
        let mut known: Vec<Example> =
            near.iter().zip(20..).map(|(text, id)| example(id, text, &[1])).collect();
        known.push(example(7, text, &[wrong]));
        let mut classifier = Classifier::train(topics(), known, Settings::default());
        assert_eq!(best(&classifier, text), wrong);
        assert!(classifier.unlearn(7));
        assert_eq!(best(&classifier, text), 1, "taken back from {wrong}");
    }
}

#[test]
fn none_of_these_can_be_taught() {
    let unrelated =
        ["who won the match yesterday", "tell me a joke", "what is the weather in Ghent", "sing a song"];
    let examples = unrelated.iter().zip(1..).map(|(text, id)| example(id, text, &[])).collect();
    let classifier = Classifier::train(topics(), examples, Settings::default());
    let prediction = predict(&classifier, "who won the match on Sunday");
    assert_eq!(prediction.decision, Decision::NoneOfThese);
    assert!(prediction.topics.is_empty());
}

#[test]
fn training_is_deterministic_in_any_order() {
    let texts = ["give me my money", "when does it come", "locked out", "a receipt please"];
    let mut examples: Vec<Example> =
        texts.iter().zip(1..).map(|(text, id)| example(id, text, &[id])).collect();
    let one = Classifier::train(topics(), examples.clone(), Settings::default());
    examples.reverse();
    let other = Classifier::train(topics().into_iter().rev().collect(), examples, Settings::default());
    for text in ["where is the receipt of my parcel", "hello"] {
        assert_eq!(predict(&one, text), predict(&other, text));
    }
}

#[test]
fn rubbish_does_no_harm() {
    let empty = Classifier::train(Vec::new(), Vec::new(), Settings::default());
    assert_eq!(predict(&empty, "hello").decision, Decision::NoneOfThese);
    let mut classifier = Classifier::train(topics(), vec![example(1, "", &[99])], Settings::default());
    classifier.learn(Example { id: 2, text: "short vector".to_owned(), vector: vec![1.0], topics: vec![1] });
    assert_eq!(classifier.len(), 1);
    assert!(classifier.predict("x", &[0.0; 3]).scores.is_empty());
    assert_eq!(predict(&classifier, "money back").scores[0].topic, 1);
}

#[test]
fn a_text_that_says_nothing_has_no_topic() {
    let nothing =
        [".", "??", "https://example.com/track/123", "🙏", "ok", "Thanks!", "Hi,\n\nthank you\n\nRegards"];
    let lone = [example(1, "give me my money back", &[1]), example(2, "my parcel is late", &[2])];
    for known in [Vec::new(), lone.to_vec()] {
        let mut classifier = Classifier::train(topics(), known, Settings::default());
        for text in nothing {
            let prediction = predict(&classifier, text);
            assert_eq!(prediction.decision, Decision::NoneOfThese, "{text}");
            let total: f32 =
                prediction.scores.iter().map(|score| score.probability).sum::<f32>() + prediction.none;
            assert!((total - 1.0).abs() < 1e-3, "{text}");
        }
        classifier.learn(example(10, "??", &[3]));
        assert_eq!(predict(&classifier, "??").topics[0].topic, 3);
        assert_eq!(predict(&classifier, "?").decision, Decision::NoneOfThese);
    }
    // A topic whose name is a courtesy is about courtesies.
    let names = [(1, "thank_you"), (2, "refund")];
    let courteous = names.map(|(id, name)| {
        let prompts = prompts(name, "");
        Topic { id, vectors: prompts.iter().map(|prompt| vector(prompt)).collect(), prompts }
    });
    let classifier = Classifier::train(courteous.into(), Vec::new(), Settings::default());
    assert_eq!(best(&classifier, "thanks a lot"), 1);
    assert_ne!(predict(&classifier, "thanks a lot").decision, Decision::NoneOfThese);
}

/// A help desk in its first days: a name and a line for each topic, and one to five examples.
fn young_desk() -> (Vec<Topic>, Vec<Example>) {
    let described: [(i64, &str, &str, &[&str]); 8] = [
        (
            1,
            "refund",
            "the customer wants money back",
            &[
                "please refund the duplicate charge on my card",
                "I returned the shoes, when do I get my money?",
            ],
        ),
        (
            2,
            "delivery",
            "where a parcel is and when it arrives",
            &[
                "my order was shipped last Monday and is still not here",
                "tracking has not moved for three days",
                "the courier left my parcel with someone I do not know",
            ],
        ),
        (3, "login", "cannot sign in, forgot the password", &["the reset link you mailed me has expired"]),
        (
            4,
            "invoice",
            "asks for an invoice or a receipt",
            &["could you send the invoice of order 5521 with our VAT number on it"],
        ),
        (
            5,
            "damaged",
            "something arrived broken or incomplete",
            &[
                "the glass of the lamp was shattered when I opened the box",
                "two screws are missing from the set",
                "the kettle leaks since the first day",
                "the screen has a crack",
                "one of the plates came in pieces",
            ],
        ),
        (6, "cancel", "cancel an order before it is sent", &["I ordered by mistake, please cancel it"]),
        (7, "opening_hours", "when the shop is open", &["are you open on Easter Monday?"]),
        (8, "job", "wants to work for the company", &["do you have vacancies for students?"]),
    ];
    let mut examples = Vec::new();
    let mut topics = Vec::new();
    for (id, name, description, texts) in described {
        let prompts = prompts(name, description);
        topics.push(Topic { id, vectors: prompts.iter().map(|prompt| vector(prompt)).collect(), prompts });
        for text in texts {
            examples.push(example(examples.len() as i64 + 1, text, &[id]));
        }
    }
    (topics, examples)
}

#[test]
fn few_examples_keep_the_error_rate_that_is_asked_for() {
    let (topics, examples) = young_desk();
    let classifier = Classifier::train(topics, examples.clone(), Settings { error_rate: 0.05 });
    let messages = [
        (1, "you took the payment twice, I want one of them back"),
        (1, "I have not seen the reimbursement on my account yet"),
        (1, "give me my money back, I am not satisfied"),
        (1, "can I still get a refund after sixty days"),
        (2, "when will my package arrive"),
        (2, "the parcel should have been here yesterday"),
        (2, "DHL says delivered but I have received nothing"),
        (2, "how long does shipping to Spain take"),
        (3, "I cannot log into my account"),
        (3, "my password does not work any more"),
        (3, "how do I change my password"),
        (3, "it says unknown user when I sign in"),
        (4, "I need a receipt for my tax return"),
        (4, "please mail me the bill of March"),
        (4, "the company name on the invoice is wrong"),
        (5, "the vase was broken on arrival"),
        (5, "the mixer makes a burning smell and then stops"),
        (5, "there is a dent in the side of the fridge you sent"),
        (5, "the remote control was not in the box"),
        (6, "stop my order, I do not need it any more"),
        (6, "can I still cancel the chair I bought this morning"),
        (7, "until what time can I come to the store on Saturday"),
        (7, "is the shop closed on public holidays"),
        (8, "I would like to apply as a driver"),
        (8, "where do I send my CV"),
    ];
    let strange = [
        "what is the capital of Mongolia",
        "our football team is looking for a sponsor",
        "write a poem about the sea",
        "the weather was lovely in Ostend",
        "we offer the best search engine ranking for your website",
        "is your tea grown without pesticides",
    ];
    let sure = |text: &str| {
        let prediction = predict(&classifier, text);
        (prediction.decision == Decision::Sure).then(|| prediction.topics[0].topic)
    };
    let decided: Vec<(i64, i64)> =
        messages.iter().filter_map(|(topic, text)| Some((*topic, sure(text)?))).collect();
    let wrong = decided.iter().filter(|(topic, given)| topic != given).count()
        + strange.iter().filter(|text| sure(text).is_some()).count();
    assert!(decided.len() >= 8, "{} of {} decided", decided.len(), messages.len());
    assert!(wrong * 20 <= decided.len(), "{wrong} wrong beside {} decided", decided.len());
    for known in &examples {
        assert_eq!(sure(&known.text), Some(known.topics[0]), "{}", known.text);
    }
}

fn courtesies() -> Courtesies {
    Courtesies::new(EMBEDDER.embed(&Courtesies::texts(true), Role::Message).unwrap(), true)
}

#[test]
fn courtesies_around_a_matter_are_no_matter() {
    let (mut topics, mut examples) = young_desk();
    let prompts = prompts("compliments", "somebody is pleased and says thank you");
    topics.push(Topic { id: 90, vectors: prompts.iter().map(|prompt| vector(prompt)).collect(), prompts });
    for (id, text) in [
        (900, "thanks for all your help, you are wonderful"),
        (901, "I am a happy customer and just wanted to say so"),
        (902, "thank you, have a lovely day"),
        (903, "what a great company, I have been with you for years"),
    ] {
        examples.push(example(id, text, &[90]));
    }
    let classifier = Classifier::train(topics, examples, Settings::default());
    let named = |text: &str, courtesies: &Courtesies| {
        let whole = predict(&classifier, text);
        let pieces = classifier.pieces(text, &whole);
        let pieces: Vec<(&str, Vec<f32>)> = pieces.iter().map(|piece| (*piece, vector(piece))).collect();
        let joined = classifier.join(whole, &pieces, courtesies);
        joined.topics.iter().map(|score| score.topic).collect::<Vec<_>>()
    };
    let letters = [
        "Thanks so much for helping me, you people are great. The reset link you mailed me has expired.",
        "Are you open on Easter Monday? Thank you for your help and enjoy the rest of your day.",
        "We have been buying here for ages and always with pleasure. The reset link you mailed me has expired. \
         Thank you for helping and have a lovely evening.",
    ];
    assert!(letters.iter().any(|text| named(text, &Courtesies::default()).len() > 1));
    let courtesies = courtesies();
    for text in letters {
        let topics = named(text, &courtesies);
        assert!(topics.len() == 1 && [3, 7].contains(&topics[0]), "{topics:?}: {text}");
    }
    let two = "Good morning. The reset link you mailed me has expired. Are you open on Easter Monday? Thanks a lot.";
    let mut topics = named(two, &courtesies);
    topics.sort_unstable();
    assert_eq!(topics, [3, 7]);
}

#[test]
fn a_letter_is_about_what_stands_between_its_courtesies() {
    let courtesies = courtesies();
    let (topics, examples) = young_desk();
    let classifier = Classifier::train(topics, examples, Settings::default());
    let matter = |text: &str| {
        let pieces = classifier.pieces(text, &predict(&classifier, text));
        let pieces: Vec<(&str, Vec<f32>)> = pieces.iter().map(|piece| (*piece, vector(piece))).collect();
        classifier.matter(text, &pieces, &courtesies)
    };
    let letter = "Dear team,\n\nI hope this mail finds you all in good health. Do you have a vacancy for my son? \
        I am so sorry to trouble you again. I look forward to hearing from you.\n\nHave a lovely evening\nTom";
    let said = matter(letter).unwrap();
    assert_eq!(said, "Do you have a vacancy for my son?");
    let (whole, said) = (predict(&classifier, letter), predict(&classifier, &said));
    assert!(said.is_surer_than(&whole) && !whole.is_surer_than(&said));
    assert_eq!(said.topics[0].topic, 8);
    for text in [
        "The reset link you mailed me has expired.",
        "I hope this mail finds you all in good health. I look forward to hearing from you.",
        "The reset link you mailed me has expired. Are you open on Easter Monday?",
    ] {
        assert_eq!(matter(text), None, "{text}");
    }
}

#[test]
fn a_text_of_two_matters_has_both_topics() {
    let courtesies = courtesies();
    let (topics, examples) = young_desk();
    let classifier = Classifier::train(topics, examples.clone(), Settings::default());
    let read = |text: &str| {
        let whole = predict(&classifier, text);
        let pieces = classifier.pieces(text, &whole);
        let vectors: Vec<(&str, Vec<f32>)> = pieces.iter().map(|piece| (*piece, vector(piece))).collect();
        classifier.join(whole, &vectors, &courtesies)
    };
    let of = |prediction: &Prediction| {
        let mut topics: Vec<i64> = prediction.topics.iter().map(|score| score.topic).collect();
        topics.sort_unstable();
        topics
    };
    let said = read("The reset link you mailed me has expired. Are you open on Easter Monday?");
    assert_eq!((of(&said), said.decision), (vec![3, 7], Decision::Sure));
    assert_eq!(said.pieces.iter().map(|score| score.topic).collect::<Vec<_>>(), [3, 7]);
    assert!(said.topics.iter().all(|score| score.probability >= 0.85));
    // Where what joins them is a word, the whole is often as good as sure of one; at least half have both.
    let firsts: Vec<&Example> =
        (1..=8).filter_map(|topic| examples.iter().find(|example| example.topics == [topic])).collect();
    for between in [" and ", ", also "] {
        let both = firsts.windows(2).filter(|two| {
            let text = [two[0].text.as_str(), two[1].text.as_str()].join(between);
            of(&read(&text)) == [two[0].topics[0], two[1].topics[0]]
        });
        let both = both.count();
        assert!(both * 2 >= firsts.len() - 1, "{both} of {} with {between:?}", firsts.len() - 1);
    }
    for (text, topic) in [
        ("My order was shipped last Monday and is still not here. Tracking has not moved for three days.", 2),
        (
            "Two screws are missing from the set. One of the plates came in pieces and the screen has a crack.",
            5,
        ),
        ("Are you open on Easter Monday?", 7),
    ] {
        assert_eq!(of(&read(text)), [topic], "{text}");
    }
    // Nothing changes where there is nothing to read in pieces.
    let text = "are you open on Easter Monday";
    assert!(classifier.pieces(text, &predict(&classifier, text)).is_empty());
    assert_eq!(read(text), predict(&classifier, text));
}

#[test]
fn topics_that_are_taught_together_are_named_together() {
    let mut classifier = Classifier::train(topics(), Vec::new(), Settings::default());
    let text = "the parcel with the zorblax was crushed, pay me back";
    let named = |classifier: &Classifier, text: &str| {
        let mut named: Vec<i64> = predict(classifier, text).topics.iter().map(|score| score.topic).collect();
        named.sort_unstable();
        named
    };
    classifier.learn(example(1, text, &[1, 2]));
    assert_eq!(named(&classifier, text), [1, 2], "at once");
    let taught = [
        (1, text, &[1, 2][..]),
        (2, "my crushed zorblax arrived, I want my money", &[1, 2]),
        (3, "zorblax came in pieces: pay me back for the parcel", &[1, 2]),
        (4, "when does my parcel arrive", &[2]),
        (5, "please pay me back", &[1]),
        (6, "I forgot my password", &[3]),
        (7, "send me the receipt", &[4]),
    ];
    let taught = taught.map(|(id, text, topics)| example(id, text, topics)).to_vec();
    let classifier = Classifier::train(topics(), taught, Settings::default());
    for text in [text, "our zorblax was crushed in the parcel, we want our money"] {
        assert_eq!(named(&classifier, text), [1, 2], "{text}");
    }
    let said = predict(&classifier, text).topics;
    assert!(said[0].probability >= said[1].probability && said[1].probability > 0.3, "{said:?}");
    assert_eq!(named(&classifier, "where is my parcel"), [2]);
    assert_eq!(named(&classifier, "pay me back for the lamp"), [1]);
    assert_eq!(named(&classifier, "the password was forgotten"), [3]);
}
