//! Order numbers, error codes and their like: what must match to the letter.

use std::collections::BTreeSet;

/// The identifiers of a text, in lower case and without the marks inside, so that `INV-2041` is `inv2041`.
/// An identifier has a digit, and either a letter too or at least four digits.
pub fn identifiers(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_' | '/' | '.' | '#')))
        .filter_map(identifier)
        .collect()
}

fn identifier(word: &str) -> Option<String> {
    let plain: String = word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let digits = plain.chars().filter(char::is_ascii_digit).count();
    let letters = plain.chars().any(char::is_alphabetic);
    let length = plain.chars().count();
    ((digits >= 4 || (digits >= 1 && letters && length >= 3)) && length <= 64).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_found_in_any_spelling() {
        let found =
            identifiers("Order #10-2045, error E_4012 (0x80070005). See inv/2041. In 24 hours, 3 of 5.");
        let wanted = ["0x80070005", "102045", "e4012", "inv2041"];
        assert_eq!(found.iter().map(String::as_str).collect::<Vec<_>>(), wanted);
    }
}
