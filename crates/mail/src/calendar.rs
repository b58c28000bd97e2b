//! Invitations (iCalendar) as a few lines that a person reads.

const MOST_LINES: usize = 5000;
const LONGEST: usize = 500;

/// What an invitation says, where it has an event.
pub fn summary(calendar: &str) -> Option<String> {
    let unfolded = calendar.replace("\r\n", "\n").replace("\n ", "").replace("\n\t", "");
    let (mut method, mut lines, mut inside) = (None, Vec::new(), false);
    for line in unfolded.lines().take(MOST_LINES) {
        let Some((name, value)) = line.split_once(':') else { continue };
        let (name, options) = name.split_once(';').unwrap_or((name, ""));
        let value = unescaped(value);
        match name.to_ascii_uppercase().as_str() {
            "METHOD" => method = Some(value),
            "BEGIN" if value.eq_ignore_ascii_case("VEVENT") && lines.is_empty() => inside = true,
            "END" if value.eq_ignore_ascii_case("VEVENT") => inside = false,
            "SUMMARY" if inside => lines.push(format!("Event: {value}")),
            "DTSTART" if inside => lines.push(format!("Starts: {}", time(&value, options))),
            "DTEND" if inside => lines.push(format!("Ends: {}", time(&value, options))),
            "LOCATION" if inside && !value.is_empty() => lines.push(format!("Where: {value}")),
            "ORGANIZER" if inside => {
                let who =
                    value.get(7..).filter(|_| value.to_lowercase().starts_with("mailto:")).unwrap_or(&value);
                lines.push(format!("Organizer: {who}"));
            }
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
    Some(format!("{kind}\n{}", lines.join("\n")))
}

fn unescaped(value: &str) -> String {
    let text = value
        .replace("\\n", " ")
        .replace("\\N", " ")
        .replace("\\,", ",")
        .replace("\\;", ";")
        .replace("\\\\", "\\");
    text.trim().chars().take(LONGEST).collect()
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
        let text = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:Visit\\, long\r\n er\r\nDTSTART;TZID=Europe/Brussels:20261103T100000\r\nDTEND:20261103T110000Z\r\nORGANIZER;CN=A:mailto:a@b.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
        assert_eq!(
            summary(text).unwrap(),
            "Invitation\nEvent: Visit, longer\nStarts: 2026-11-03 10:00 (Europe/Brussels)\nEnds: 2026-11-03 11:00 UTC\nOrganizer: a@b.example"
        );
        assert_eq!(summary("BEGIN:VCALENDAR\nEND:VCALENDAR"), None);
    }
}
