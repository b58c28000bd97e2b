//! `format=flowed` (RFC 3676): lines that a program broke, and that go on.

/// The text with its paragraphs whole. A line that ends in a space goes on in the next one of the same quote depth;
/// with `delsp` that space was put there for it.
pub fn whole(text: &str, delsp: bool) -> String {
    let mut out = String::with_capacity(text.len());
    // How deep the line is quoted that goes on.
    let mut open: Option<usize> = None;
    for (at, line) in text.lines().enumerate() {
        let unquoted = line.trim_start_matches('>');
        let depth = line.len() - unquoted.len();
        // A space in front keeps a line from being taken for another thing than it is.
        let content = unquoted.strip_prefix(' ').unwrap_or(unquoted);
        let is_signature = content == "-- ";
        if open != Some(depth) || is_signature {
            out.push_str(if at > 0 { "\n" } else { "" });
            out.extend(std::iter::repeat_n('>', depth));
            let is_stuffed = depth > 0 && !content.is_empty() || content.starts_with('>');
            out.push_str(if is_stuffed { " " } else { "" });
        }
        let goes_on = content.ends_with(' ') && !is_signature;
        out.push_str(if goes_on && delsp { &content[..content.len() - 1] } else { content });
        open = goes_on.then_some(depth);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_are_whole() {
        let text = "It is a long \nline.\n\nAnother \nthat ends \n-- \nAnna \nof Bruges\n";
        assert_eq!(whole(text, false), "It is a long line.\n\nAnother that ends \n-- \nAnna of Bruges");
        assert_eq!(whole("Donau \ndampf \nschiff", true), "Donaudampfschiff");
        assert_eq!(whole("\n From me\n >5 of them", false), "\nFrom me\n >5 of them");
    }

    #[test]
    fn quotes_keep_their_depth() {
        let text = "> one \n> goes on\n>> deeper \n> not it\nmine \n> theirs";
        assert_eq!(whole(text, false), "> one goes on\n>> deeper \n> not it\nmine \n> theirs");
    }
}
