//! Invitations (iCalendar) as a few lines that a person reads.

const MOST_LINES: usize = 5000;
const LONGEST: usize = 500;
const LONGEST_TEXT: usize = 10_000;

/// What an invitation says, where it has an event.
pub fn summary(calendar: &str) -> Option<String> {
    let unfolded = calendar.replace("\r\n", "\n").replace("\n ", "").replace("\n\t", "");
    let (mut method, mut lines, mut about) = (None, Vec::new(), String::new());
    // In an event; and in something within it that has texts of its own, such as an alarm.
    let (mut inside, mut within) = (false, 0_usize);
    for line in unfolded.lines().take(MOST_LINES) {
        let Some((name, value)) = line.split_once(':') else { continue };
        let (name, options) = name.split_once(';').unwrap_or((name, ""));
        let (raw, value) = (value, unescaped(value));
        match name.to_ascii_uppercase().as_str() {
            "METHOD" => method = Some(value),
            "BEGIN" if inside => within += 1,
            "BEGIN" => inside = value.eq_ignore_ascii_case("VEVENT") && lines.is_empty(),
            "END" if within > 0 => within -= 1,
            "END" => inside = false,
            _ if within > 0 => {}
            "SUMMARY" if inside => lines.push(format!("Event: {value}")),
            "DTSTART" if inside => lines.push(format!("Starts: {}", time(&value, options))),
            "DTEND" if inside => lines.push(format!("Ends: {}", time(&value, options))),
            "LOCATION" if inside && !value.is_empty() => lines.push(format!("Where: {value}")),
            "ORGANIZER" if inside => {
                let who =
                    value.get(7..).filter(|_| value.to_lowercase().starts_with("mailto:")).unwrap_or(&value);
                let name =
                    options.split(';').find_map(|it| it.strip_prefix("CN=")).map(|it| it.trim_matches('"'));
                lines.push(match name.filter(|it| !it.is_empty() && *it != who) {
                    Some(name) => format!("Organizer: {name} <{who}>"),
                    None => format!("Organizer: {who}"),
                });
            }
            "DESCRIPTION" if inside => about = text(raw),
            _ => {}
        }
    }
    if lines.is_empty() {
        return None;
    }
    let kind = match method.as_deref().map(str::to_ascii_uppercase).as_deref() {
        Some("CANCEL") => "Cancelled invitation",
        Some("REPLY") => "Answer to an invitation",
        _ => "Invitation",
    };
    let said = format!("{kind}\n{}", lines.join("\n"));
    Some(if about.is_empty() { said } else { format!("{said}\n\n{about}") })
}

/// On one line.
fn unescaped(value: &str) -> String {
    text(value).replace('\n', " ").chars().take(LONGEST).collect()
}

/// A text as its writer typed it (RFC 5545, section 3.3.11).
fn text(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut letters = value.chars();
    while let Some(letter) = letters.next() {
        match (letter, if letter == '\\' { letters.next() } else { None }) {
            ('\\', Some('n' | 'N')) => out.push('\n'),
            ('\\', Some(other)) => out.push(other),
            (other, _) => out.push(other),
        }
    }
    out.trim().chars().take(LONGEST_TEXT).collect()
}

/// `20261103T100000Z` as `2026-11-03 10:00 UTC`.
fn time(value: &str, options: &str) -> String {
    let digits: String = value.chars().filter(char::is_ascii_digit).collect();
    if digits.len() < 8 {
        return value.to_owned();
    }
    let mut out = format!("{}-{}-{}", &digits[..4], &digits[4..6], &digits[6..8]);
    if digits.len() >= 12 {
        out.push_str(&format!(" {}:{}", &digits[8..10], &digits[10..12]));
    }
    let zone = options.split(';').find_map(|it| it.strip_prefix("TZID="));
    match zone {
        Some(zone) => out.push_str(&format!(" ({})", zone.trim_matches('"'))),
        None if value.ends_with('Z') => out.push_str(" UTC"),
        None => {}
    }
    out
}

#[cfg(test)]
mod tests {
    use super::summary;

    #[test]
    fn an_invitation_is_read() {
        let text = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:Visit\\, long\r\n er\r\nDTSTART;TZID=Europe/Brussels:20261103T100000\r\nDTEND:20261103T110000Z\r\nORGANIZER;CN=\"Anna Berg\":mailto:a@b.example\r\nDESCRIPTION:Bring it\\, please\\n\\nAnna\r\nBEGIN:VALARM\r\nDESCRIPTION:Reminder\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
        assert_eq!(
            summary(text).unwrap(),
            "Invitation\nEvent: Visit, longer\nStarts: 2026-11-03 10:00 (Europe/Brussels)\nEnds: 2026-11-03 11:00 UTC\nOrganizer: Anna Berg <a@b.example>\n\nBring it, please\n\nAnna"
        );
        assert_eq!(summary("BEGIN:VCALENDAR\nEND:VCALENDAR"), None);
    }
}
