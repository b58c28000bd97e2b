//! Desks, messages and pairs of messages that are drawn by chance from the training part of a set.

use std::collections::BTreeMap;
use std::path::Path;

use answerpal_inference::topics::{Classifier, Courtesies, Decision, Prediction, Settings, Topic};
use answerpal_inference::{Embedder, Profile, Role};

use super::{Answer, Row, accuracy, calibration_error, chance, described, judge, numbered, rows, taught};

/// Chance that is the same each time (SplitMix64).
pub struct Dice(pub u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }

    pub fn share(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1_u64 << 24) as f32
    }

    fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            list.swap(last, self.below(last + 1));
        }
    }
}

/// The numbers of topics by name, what belongs to each, and the topics.
type Training = (BTreeMap<String, i64>, BTreeMap<i64, Vec<Row>>, Vec<Topic>);

/// The training part of a set.
fn training(embedder: Embedder, folder: &Path) -> Answer<Training> {
    let train = rows(embedder, &folder.join("train.tsv"))?;
    let ids = numbered(train.iter().map(|row| row.topic.as_str()));
    let topics = described(embedder, &ids, &folder.join("topics.tsv"))?;
    let mut of_topic: BTreeMap<i64, Vec<Row>> = BTreeMap::new();
    for row in train {
        of_topic.entry(ids[&row.topic]).or_default().push(row);
    }
    Ok((ids, of_topic, topics))
}

fn percent(part: usize, all: usize) -> f32 {
    part as f32 * 100.0 / all.max(1) as f32
}

/// Rows with their topics.
type Rows = Vec<(i64, Row)>;

/// So many rows of each topic, by chance, and the rest.
fn split(of_topic: &BTreeMap<i64, Vec<Row>>, shots: usize, dice: &mut Dice) -> (Rows, Rows) {
    let (mut known, mut others) = (Vec::new(), Vec::new());
    for (topic, rows) in of_topic {
        let mut rows = rows.clone();
        dice.shuffle(&mut rows);
        let rest = rows.split_off(shots.min(rows.len()));
        known.extend(rows.into_iter().map(|row| (*topic, row)));
        others.extend(rest.into_iter().map(|row| (*topic, row)));
    }
    (known, others)
}

/// Random draws of a set's training part, each judged on the rest of it.
pub fn draws(embedder: Embedder, folder: &Path, shots: usize, count: usize) -> Answer<()> {
    let (ids, of_topic, topics) = training(embedder, folder)?;
    let mut sums = [0.0; 3];
    for draw in 0..count {
        let mut dice = Dice(draw as u64);
        let (known, mut others) = split(&of_topic, shots, &mut dice);
        dice.shuffle(&mut others);
        others.truncate(3000);
        let classifier = Classifier::train(topics.clone(), taught(&known), Settings::default());
        let others: Vec<Row> = others.into_iter().map(|it| it.1).collect();
        let judged = judge(&classifier, &ids, &others);
        let figures = [accuracy(&judged), calibration_error(&judged), chance(&judged)];
        sums.iter_mut().zip(figures).for_each(|(sum, figure)| *sum += figure);
    }
    let [accuracy, error, by_chance] = sums.map(|sum| sum / count.max(1) as f32);
    println!(
        "{count} draws: accuracy {accuracy:.1} %, calibration error {error:.1} % ({by_chance:.1} by chance)"
    );
    Ok(())
}

/// Small desks of some topics, and strangers to them.
pub fn desks(embedder: Embedder, folder: &Path, count: usize, shots: Option<usize>) -> Answer<()> {
    let (_, of_topic, topics) = training(embedder, folder)?;
    let (mut asked, mut right, mut decided, mut wrong) = (0, 0, 0, 0);
    let (mut strangers, mut taken) = (0, 0);
    for desk in 0..count {
        let mut dice = Dice(desk as u64);
        let mut order: Vec<usize> = (0..topics.len()).collect();
        dice.shuffle(&mut order);
        let (own, others) = order.split_at((6 + dice.below(5)).min(order.len()));
        let (mut known, mut messages) = (Vec::new(), Vec::new());
        for topic in own.iter().map(|number| topics[*number].id) {
            let mut rows = of_topic[&topic].clone();
            dice.shuffle(&mut rows);
            let known_ones = shots.unwrap_or_else(|| 1 + dice.below(5));
            let rest = rows.split_off(known_ones.min(rows.len()));
            known.extend(rows.into_iter().map(|row| (topic, row)));
            messages.extend(rest.into_iter().take(12).map(|row| (topic, row)));
        }
        let described = own.iter().map(|number| topics[*number].clone()).collect();
        let classifier = Classifier::train(described, taught(&known), Settings::default());
        for (topic, row) in messages {
            let said = classifier.predict(&row.text, &row.vector);
            let is_right = said.scores[0].topic == topic;
            asked += 1;
            right += usize::from(is_right);
            if said.decision == Decision::Sure {
                decided += 1;
                wrong += usize::from(!is_right);
            }
        }
        for number in others.iter().take(12) {
            let rows = &of_topic[&topics[*number].id];
            let row = &rows[dice.below(rows.len())];
            strangers += 1;
            taken += usize::from(classifier.predict(&row.text, &row.vector).decision == Decision::Sure);
        }
    }
    println!("{count} desks: accuracy {:.1} %", percent(right, asked));
    println!("decided {:.1} %, of these wrong {:.1} %", percent(decided, asked), percent(wrong, decided));
    println!("of topics that the desk has not: decided {:.1} %", percent(taken, strangers));
    Ok(())
}

/// The courtesies of the space that an embedder makes.
pub fn courtesies(embedder: Embedder) -> Answer<Courtesies> {
    let english_only = embedder.model_name() == Embedder::new(Profile::English).model_name();
    Ok(Courtesies::new(embedder.embed(&Courtesies::texts(english_only), Role::Message)?, true))
}

/// What the classifier says of texts that are read in pieces as well.
fn read(embedder: Embedder, classifier: &Classifier, texts: &[String]) -> Answer<Vec<Prediction>> {
    let lines: Vec<&str> = texts.iter().map(String::as_str).collect();
    let vectors = embedder.embed(&lines, Role::Message)?;
    let courtesies = courtesies(embedder)?;
    let mut out = Vec::new();
    for (text, vector) in lines.into_iter().zip(vectors) {
        let mut whole = classifier.predict(text, &vector);
        let pieces = classifier.pieces(text, &whole);
        let vectors = if pieces.is_empty() { Vec::new() } else { embedder.embed(&pieces, Role::Message)? };
        let pieces: Vec<_> = pieces.into_iter().zip(vectors).collect();
        if let Some(matter) = classifier.matter(text, &pieces, &courtesies) {
            let vectors = embedder.embed(&[&matter], Role::Message)?;
            let said = vectors.first().map(|vector| classifier.predict(&matter, vector));
            whole = said.filter(|it| it.is_surer_than(&whole)).unwrap_or(whole);
        }
        out.push(classifier.join(whole, &pieces, &courtesies));
    }
    Ok(out)
}

/// What people write around the one thing that they want.
const LETTERS: [&str; 3] = [
    "I have a question and hope that you can help me. {}? I wrote to you last week already but nobody has answered. \
     Thank you in advance for your help",
    "I have been a customer of yours for three years. {}. Please let me know as soon as possible, I am in a hurry",
    "{}. I tried it twice today and looked on your website too, without success. Sorry for the trouble and thanks a lot",
];

/// The same, with more around it.
const LONGER_LETTERS: [&str; 8] = [
    "Hello, I hope you are well. {}. Thanks for your help, have a nice day",
    "Good morning, my name is Sandra Peters and I bought from you last month. {}? I look forward to hearing from you. Warm regards, Sandra",
    "Sorry to bother you again. {}. I am not very good with computers so please explain it simply. Many thanks",
    "Dear support team, we have always been very satisfied with your company. {}? My colleague told me to write to this address. Have a great weekend",
    "I was at your shop yesterday and the gentleman there could not tell me. {}. You can reach me by phone after six in the evening. Cheers",
    "{}? I searched the whole internet before writing this. I would really appreciate a quick reply. Best wishes from sunny Ghent",
    "Hi there! Hope this message finds you in good health. {}. If you need more information from me just ask. Take care",
    "As I said on the phone this morning, {}. It is quite urgent because we leave on Friday. Thank you so much for looking into this and sorry for my bad English",
];

/// Texts about two matters, and about one.
pub fn pairs(embedder: Embedder, folder: &Path, shots: usize) -> Answer<()> {
    let (_, of_topic, topics) = training(embedder, folder)?;
    let mut dice = Dice(3);
    let (known, mut others) = split(&of_topic, shots, &mut dice);
    let classifier = Classifier::train(topics, taught(&known), Settings::default());
    let said = |row: &Row| row.text.trim_end_matches([' ', '.', '?', '!']).to_owned();
    let show = |what: &str, wanted: Vec<Vec<i64>>, texts: Vec<String>| -> Answer<()> {
        let read = read(embedder, &classifier, &texts)?;
        let named =
            |prediction: &Prediction, topic: &i64| prediction.topics.iter().any(|it| it.topic == *topic);
        let all = read
            .iter()
            .zip(&wanted)
            .filter(|(it, wanted)| wanted.iter().all(|topic| named(it, topic)))
            .count();
        let several = read.iter().filter(|it| it.topics.len() > 1).count();
        let count = texts.len();
        println!(
            "{what:<30} all named {:5.1} %, several named {:5.1} %",
            percent(all, count),
            percent(several, count)
        );
        Ok(())
    };
    for (what, between) in
        [("one sentence after another", ". "), ("and", " and "), ("also", ", also "), ("a space", " ")]
    {
        for same in [false, true] {
            let (mut wanted, mut texts) = (Vec::new(), Vec::new());
            let mut dice = Dice(5);
            while texts.len() < 250 {
                let first = &others[dice.below(others.len())];
                let second = &others[dice.below(others.len())];
                if (first.0 == second.0) == same && first.1.text != second.1.text {
                    wanted.push(vec![first.0, second.0]);
                    texts.push([said(&first.1), said(&second.1)].join(between));
                }
            }
            show(&format!("{what}{}", if same { ", same topic" } else { "" }), wanted, texts)?;
        }
    }
    dice.shuffle(&mut others);
    others.truncate(600);
    for (what, letters) in [("a letter", &LETTERS[..]), ("a longer letter", &LONGER_LETTERS[..])] {
        let letters = others.iter().zip(letters.iter().cycle());
        let letters = letters.map(|((_, row), letter)| letter.replace("{}", &said(row))).collect();
        show(what, others.iter().map(|it| vec![it.0]).collect(), letters)?;
    }
    let (wanted, texts) = others.into_iter().map(|(topic, row)| (vec![topic], row.text)).unzip();
    show("one message", wanted, texts)
}
