//! Documents are cut where their structure says so, and nothing is lost.

use answerpal_inference::passages::{Passage, split};
use proptest::prelude::*;

const DOCUMENT: &str = "\
Our shop sells filters.

# Returns

You may return what you bought within 30 days.

## Costs

| country | cost |
|---|---|
| Belgium | free |
| France | 5 EUR |

- Pack it well.
- Print the label.

# Contact
";

fn titles(passage: &Passage) -> Vec<&str> {
    passage.headings.iter().map(String::as_str).collect()
}

#[test]
fn passages_follow_the_headings() {
    let passages = split(DOCUMENT);
    let found: Vec<_> = passages.iter().map(titles).collect();
    assert_eq!(found, [vec![], vec!["Returns"], vec!["Returns", "Costs"], vec!["Contact"]]);
    assert_eq!(passages[1].text, "You may return what you bought within 30 days.");
    assert!(passages[2].text.starts_with("| country") && passages[2].text.ends_with("- Print the label."));
    for passage in &passages {
        assert_eq!(passage.text, DOCUMENT[passage.start..passage.end]);
    }
    assert_eq!(
        passages[2].with_titles("Shop").lines().take(3).collect::<Vec<_>>(),
        ["Shop", "Returns", "Costs"]
    );
    assert!(split(" \n\n").is_empty());
}

#[test]
fn a_long_table_keeps_its_head_in_each_part() {
    let rows: String =
        (0..100).map(|row| format!("| item {row} | costs {row} euros and some cents |\n")).collect();
    let table = format!("| what | price |\n|---|---|\n{rows}");
    let passages = split(&table);
    assert!(passages.len() > 2);
    for passage in &passages {
        assert!(passage.text.starts_with("| what | price |\n|---|---|\n"), "{}", passage.text);
        assert!(passage.text.len() < 1300);
        assert!(table[passage.start..passage.end].ends_with('|'), "cut within a row");
    }
}

#[test]
fn a_long_paragraph_is_cut_between_sentences() {
    let text = "This sentence is about the filter of the machine. ".repeat(60);
    let passages = split(&text);
    assert!(passages.len() >= 3);
    assert!(passages.iter().all(|passage| passage.text.ends_with('.') && passage.text.starts_with("This")));
}

#[test]
fn each_question_of_a_list_has_its_answer_by_itself() {
    let parts = |text: &str| -> Vec<(String, String)> {
        let passages = split(text);
        for it in &passages {
            assert_eq!(it.text, text[it.start..it.end]);
        }
        passages.into_iter().map(|it| (it.headings.last().cloned().unwrap_or_default(), it.text)).collect()
    };
    let pair = |one: &str, other: &str| (one.to_owned(), other.to_owned());
    let expected =
        [pair("How long is the warranty?", "Two years."), pair("Do you ship abroad?", "Only to Norway.")];
    for text in [
        "**How long is the warranty?**\nTwo years.\n\n**Do you ship abroad?**\n\nOnly to Norway.",
        "Q: How long is the warranty?\nTwo years.\nQ: Do you ship abroad?\nOnly to Norway.",
        "How long is the warranty?\n\nTwo years.\n\nDo you ship abroad?\n\nOnly to Norway.",
        "| Question | Answer |\n|---|---|\n| How long is the warranty? | Two years. |\n| Do you ship abroad? | Only to Norway. |\n",
        "| Nr | Question | Answer |\n|---|---|---|\n| 1 | How long is the warranty? | Two years. |\n| 2 | Do you ship abroad? | Only to Norway. |\n",
    ] {
        assert_eq!(parts(text), expected, "{text}");
    }
    for text in [
        "We ship. Do you want more? Write to us.",
        "**Returns are not possible.**",
        "| Bike | Price |\n|---|---|\n| City | 12 |",
    ] {
        assert_eq!(parts(text), [pair("", text)], "{text}");
    }
}

#[test]
fn steps_stay_together() {
    let steps: String = (1..=25)
        .map(|step| {
            format!("{step}. Do what has to be done now, with the part of number {step} in your hand.\n")
        })
        .collect();
    let passages = split(&format!("# Mounting\n\n{steps}"));
    assert_eq!(passages.len(), 1, "{passages:?}");
}

proptest! {
    /// (Without `-`, which makes a heading of the line above.) Every letter of a document that is not markup is in a passage or its headings, in order, once.
    #[test]
    fn nothing_is_lost(words in prop::collection::vec("[a-zé长]{1,12}|# |\n\n|\\* |\n|\\| |\\. ", 0..400)) {
        let text = words.join(" ");
        let passages = split(&text);
        let mut end = 0;
        for passage in &passages {
            prop_assert!(passage.start >= end && passage.end >= passage.start);
            prop_assert!(text.is_char_boundary(passage.start) && text.is_char_boundary(passage.end));
            end = passage.end;
        }
        let letters = |text: &str| text.chars().filter(|c| c.is_alphabetic()).count();
        let mut covered = vec![false; text.len()];
        passages.iter().for_each(|passage| covered[passage.start..passage.end].fill(true));
        let lost: usize = text.char_indices().filter(|(at, c)| !covered[*at] && c.is_alphabetic()).count();
        let heads: usize = text.lines().filter(|line| line.contains('#')).map(letters).sum::<usize>()
            + text.split("\n\n").filter(|block| block.contains('#')).map(letters).sum::<usize>();
        prop_assert!(lost <= heads, "{lost} letters are lost of {text:?}: {passages:?}");
    }
}
