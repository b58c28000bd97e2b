//! The commands of SMTP and LMTP, read from their lines.

/// A line that was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// `HELO`, `EHLO` or `LHLO`, and who says it.
    Hello {
        word: &'static str,
        name: String,
    },
    MailFrom {
        address: String,
        size: Option<u64>,
    },
    RcptTo(String),
    Data,
    Rset,
    Noop,
    Quit,
    StartTls,
    Vrfy,
    Help,
}

/// What is said of a line that was not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misread(pub &'static str);

const UNKNOWN: Misread = Misread("500 5.5.2 That is no command here");
const SYNTAX: Misread = Misread("501 5.5.4 That is not how this command is written");
const PARAMETER: Misread = Misread("555 5.5.4 This parameter is not known");

/// Reads a line without its end.
pub fn read(line: &str) -> Result<Command, Misread> {
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    let rest = rest.trim();
    let bare = |command| if rest.is_empty() { Ok(command) } else { Err(SYNTAX) };
    match word.to_ascii_uppercase().as_str() {
        "HELO" => hello("HELO", rest),
        "EHLO" => hello("EHLO", rest),
        "LHLO" => hello("LHLO", rest),
        "MAIL" => mail(after(rest, "FROM:")?),
        "RCPT" => rcpt(after(rest, "TO:")?),
        "DATA" => bare(Command::Data),
        "RSET" => bare(Command::Rset),
        "STARTTLS" => bare(Command::StartTls),
        "QUIT" => Ok(Command::Quit),
        "NOOP" => Ok(Command::Noop),
        "VRFY" | "EXPN" => Ok(Command::Vrfy),
        "HELP" => Ok(Command::Help),
        _ => Err(UNKNOWN),
    }
}

fn hello(word: &'static str, name: &str) -> Result<Command, Misread> {
    if name.is_empty() || name.len() > 255 {
        return Err(SYNTAX);
    }
    Ok(Command::Hello { word, name: name.to_owned() })
}

fn after<'a>(rest: &'a str, keyword: &str) -> Result<&'a str, Misread> {
    match rest.get(..keyword.len()) {
        Some(found) if found.eq_ignore_ascii_case(keyword) => Ok(rest[keyword.len()..].trim_start()),
        _ => Err(SYNTAX),
    }
}

/// `<path>`, and what follows it.
fn path(text: &str) -> Result<(String, &str), Misread> {
    let inside = text.strip_prefix('<').ok_or(SYNTAX)?;
    let (path, rest) = inside.split_once('>').ok_or(SYNTAX)?;
    // A route before the address (RFC 5321 appendix C) is not followed.
    let address = if path.starts_with('@') { path.split_once(':').ok_or(SYNTAX)?.1 } else { path };
    if address.len() > 320 || address.chars().any(|it| it.is_control() || it == '<') {
        return Err(SYNTAX);
    }
    Ok((address.to_owned(), rest.trim()))
}

fn mail(text: &str) -> Result<Command, Misread> {
    let (address, rest) = path(text)?;
    if !address.is_empty() && !address.contains('@') {
        return Err(SYNTAX);
    }
    let mut size = None;
    for parameter in rest.split_ascii_whitespace() {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        match name.to_ascii_uppercase().as_str() {
            "SIZE" => size = Some(value.parse().map_err(|_| SYNTAX)?),
            "BODY" if ["7BIT", "8BITMIME"].iter().any(|it| it.eq_ignore_ascii_case(value)) => {}
            "SMTPUTF8" if value.is_empty() => {}
            _ => return Err(PARAMETER),
        }
    }
    Ok(Command::MailFrom { address, size })
}

fn rcpt(text: &str) -> Result<Command, Misread> {
    let (address, rest) = path(text)?;
    match (address.is_empty(), rest.is_empty()) {
        (true, _) => Err(SYNTAX),
        (false, false) => Err(PARAMETER),
        (false, true) => Ok(Command::RcptTo(address)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_as_they_are_written() {
        let mail = |address: &str, size| Ok(Command::MailFrom { address: address.into(), size });
        assert_eq!(read("mail from:<a@x> SIZE=10 BODY=8BITMIME SMTPUTF8"), mail("a@x", Some(10)));
        assert_eq!(read("MAIL FROM: <>"), mail("", None));
        assert_eq!(read("RCPT TO:<@a,@b:c@x>"), Ok(Command::RcptTo("c@x".into())));
        assert_eq!(read("EHLO [127.0.0.1]"), Ok(Command::Hello { word: "EHLO", name: "[127.0.0.1]".into() }));
        assert_eq!(read("quit"), Ok(Command::Quit));
        for (line, misread) in [
            ("MAIL FROM:a@x", SYNTAX),
            ("MAIL <a@x>", SYNTAX),
            ("MAIL FROM:<a@x> XYZ=1", PARAMETER),
            ("RCPT TO:<>", SYNTAX),
            ("RCPT TO:<a@x> NOTIFY=NEVER", PARAMETER),
            ("EHLO", SYNTAX),
            ("GET / HTTP/1.1", UNKNOWN),
            ("DATA now", SYNTAX),
            ("", UNKNOWN),
            ("MAIL FROM:<a@x> SIZE=x", SYNTAX),
        ] {
            assert_eq!(read(line), Err(misread), "{line}");
        }
    }
}
