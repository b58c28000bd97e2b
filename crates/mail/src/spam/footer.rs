//! What a mailing list puts under every mail says nothing of who wrote it: where spam comes over a list, the list
//! itself would be learned as spam, and its own people's mail would be held.

/// Lines of such a footer.
const LONGEST: usize = 12;
/// What it says.
const SAYS: [&str; 8] = [
    "mailing list",
    "listinfo",
    "mailman",
    "listserv",
    "/lists/",
    "list archive",
    "groups.google",
    "groups.yahoo",
];

/// A text without the footer of a mailing list: what follows the last line of strokes, where it speaks of a list.
pub fn without_list_footer(text: &str) -> &str {
    let all = text.trim_end();
    let mut at = all.len();
    for _ in 0..=LONGEST {
        let start = all[..at].rfind('\n').map_or(0, |it| it + 1);
        let line = all[start..at].trim();
        if line.len() >= 2 && line.chars().all(|it| matches!(it, '-' | '_' | '=' | '~' | '*')) {
            let footer = all[at..].to_lowercase();
            return if SAYS.iter().any(|it| footer.contains(it)) { &text[..start] } else { text };
        }
        let Some(before) = start.checked_sub(1) else { break };
        at = before;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_footer_of_a_list_is_left_out() {
        let written = "Where is my bag?\n";
        for footer in [
            "_______________________________________________\nUsers mailing list\nUsers@lists.example.org\nhttp://lists.example.org/listinfo/users\n",
            "-- \nIrish Users' Group: users@example.ie\nhttp://example.ie/mailman/listinfo/users for (un)subscription.\n\n",
        ] {
            assert_eq!(without_list_footer(&format!("{written}{footer}")), written);
        }
    }

    #[test]
    fn everything_else_stays() {
        let long = format!("--\n{}mailing list\n", "line\n".repeat(20));
        for text in ["", "\n", "Hello", "-- \nAnna", "Hi\n----\nClick here to be removed\n", &long] {
            assert_eq!(without_list_footer(text), text);
        }
        // A signature above a footer is the sender's.
        assert_eq!(without_list_footer("a\n-- \nAnna\n____\nmailing list"), "a\n-- \nAnna\n");
    }
}
