//! Features in words, for people.

/// What a feature's name says.
pub fn told(feature: &str) -> String {
    let Some((kind, value)) = feature.split_once(':') else { return feature.to_owned() };
    match kind {
        "s" => format!("the word {value:?} in the subject"),
        "b" => format!("the word {value:?}"),
        "2" => format!("the words {value:?}"),
        "n" => format!("the sender's name has {value:?}"),
        "f" => format!("the sender is of {value}"),
        "l" => format!("a link leads to {value}"),
        "e" => format!("the sender's address ends in .{value}"),
        "t" => format!("a link leads to .{value}"),
        "h" => match value.split_once(':') {
            Some((name, word)) => format!("the header {name} begins with {word:?}"),
            None => format!("there is a header {value}"),
        },
        "c" => format!("the mail's encoding is {value}"),
        "p" => format!("a part is {value}"),
        "a" => format!("SpamAssassin's rule {value}"),
        "x" => structure(value).unwrap_or(value).to_owned(),
        _ => feature.to_owned(),
    }
}

/// What is not clear by its name.
fn structure(name: &str) -> Option<&'static str> {
    Some(match name {
        "8bit subject" => "the subject is not encoded",
        "answers" => "it answers a mail",
        "both bodies" => "it is text and HTML",
        "body shouts" => "the text is in capitals",
        "exclaims twice" => "it has !!",
        "files" => "it has files",
        "from digits" => "the sender's address has many digits",
        "hidden text" => "it hides text",
        "html only" => "it is HTML only",
        "image only" => "it is hardly more than a picture",
        "lines shout" => "several lines are in capitals",
        "link by number" => "a link leads to a numeric address",
        "links elsewhere" => "all links lead to other sites than the sender's",
        "links to its own" => "a link leads to the sender's own site",
        "many exclamations" => "it has many exclamation marks",
        "many to" => "it has many recipients",
        "money" => "it speaks of money",
        "no message-id" => "it has no Message-ID",
        "no name" => "the sender gives no name",
        "no to" => "it names no recipient",
        "quotes" => "it quotes a mail",
        "reply-to differs" => "answers go to another address",
        "reply-to elsewhere" => "answers go to another domain",
        "signed" => "it is signed or encrypted",
        "subject asks" => "the subject is a question",
        "subject has gap" => "the subject has a wide gap",
        "subject shouts" => "the subject is in capitals",
        "to itself" => "sender and recipient are the same",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_are_told_in_words() {
        for (feature, words) in [
            ("b:viagra", "the word \"viagra\""),
            ("2:click here", "the words \"click here\""),
            ("h:x-mailer:the", "the header x-mailer begins with \"the\""),
            ("h:user-agent", "there is a header user-agent"),
            ("x:html only", "it is HTML only"),
            ("x:short", "short"),
            ("SpamAssassin's score", "SpamAssassin's score"),
        ] {
            assert_eq!(told(feature), words);
        }
    }
}
