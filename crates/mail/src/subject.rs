//! Subjects that differ only by what mail programs put before them.

/// What mail programs put before a subject they answer or forward, in lower case.
const PREFIXES: &[&str] = &[
    "re", "fw", "fwd", "aw", "wg", "antw", "antwort", "betr", "doorst", "tr", "réf", "ref", "rv", "res",
    "enc", "r", "i", "rif", "odp", "pd", "sv", "vs", "vl", "vb", "ynt", "ilt", "att", "bls", "trs", "回复",
    "转发", "答复",
];

/// The subject without `Re:`, `AW:`, `Fwd[2]:` and tags of lists, in lower case with single spaces; what
/// mails of one thread have in common.
pub fn thread_subject(subject: &str) -> String {
    let words: Vec<&str> = subject.split_whitespace().collect();
    let joined = words.join(" ").to_lowercase();
    let mut rest = joined.as_str();
    loop {
        let before = rest;
        rest = without_prefix(rest);
        // A list puts its tag before and after the answer marks.
        if let Some((tag, after)) = rest.strip_prefix('[').and_then(|it| it.split_once(']'))
            && tag.chars().count() <= 40
            && !after.trim().is_empty()
            && !tag.contains(|it: char| it.is_ascii_digit())
        {
            rest = after.trim_start();
        }
        rest = rest.strip_suffix("(fwd)").unwrap_or(rest).trim();
        if rest == before {
            return rest.to_owned();
        }
    }
}

fn without_prefix(text: &str) -> &str {
    let Some(colon) = text.find([':', '：']) else { return text };
    let mut mark = text[..colon].trim_end();
    // `Re[2]`, `Re(2)`, `Re^2`.
    if let Some(at) = mark.find(['[', '(', '^']) {
        if !mark[at..].chars().all(|it| it.is_ascii_digit() || matches!(it, '[' | ']' | '(' | ')' | '^')) {
            return text;
        }
        mark = mark[..at].trim_end();
    }
    if !PREFIXES.contains(&mark) {
        return text;
    }
    let colon_length = text[colon..].chars().next().map_or(1, char::len_utf8);
    text[colon + colon_length..].trim_start()
}

#[cfg(test)]
mod tests {
    use super::thread_subject;

    #[test]
    fn answers_and_forwards_have_the_subject_of_what_they_are_about() {
        for subject in [
            "Lost bag",
            "Re: Lost bag",
            "RE: FW:  lost   BAG",
            "AW: WG: Lost bag",
            "Antw: Lost bag",
            "TR : Lost bag",
            "Re[2]: Fwd(3): Lost bag",
            "[Support] Re: [support] Lost bag",
            "Odp: R: RIF: Lost bag",
            "Lost bag (fwd)",
        ] {
            assert_eq!(thread_subject(subject), "lost bag", "{subject}");
        }
    }

    #[test]
    fn what_only_looks_like_a_mark_stays() {
        assert_eq!(thread_subject("Regarding: x"), "regarding: x");
        assert_eq!(thread_subject("Re"), "re");
        assert_eq!(thread_subject("Re:"), "");
        assert_eq!(thread_subject("[#123] Lost bag"), "[#123] lost bag");
        assert_eq!(thread_subject("Order: re: x"), "order: re: x");
    }
}
