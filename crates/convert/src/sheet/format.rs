//! Numbers and dates as their cell's format shows them: `19 %` rather than 0.19, `€ 1,234.50` rather than
//! 1234.5. A format that is more than this knows shows nothing.

/// The names of the twelve months, by the language of a format's locale.
const MONTHS: &[(&[u32], &str)] = &[
    (&[0x13], "januari februari maart april mei juni juli augustus september oktober november december"),
    (&[0x07], "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"),
    (&[0x0c], "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"),
    (&[0x0a], "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"),
    (
        &[0x10],
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    ),
    (&[0x09, 0], "January February March April May June July August September October November December"),
];
/// Languages that write `1.234,50`.
const COMMA: &[u32] = &[0x07, 0x0a, 0x10, 0x13, 0x16, 0x0c, 0x06];

/// A format's section for a number, cut into what it is made of.
#[derive(Default)]
struct Section {
    before: String,
    after: String,
    /// Digits behind the point that are always shown, and at most.
    least: usize,
    most: usize,
    /// Digits before the point that are always shown.
    whole: usize,
    is_grouped: bool,
    percent: i32,
    /// The language of its locale, 0 where it has none.
    lang: u32,
}

/// A number in a format; None where the format says nothing of how it looks, or too much.
pub fn number(value: f64, code: &str) -> Option<String> {
    let sections = sections(code);
    let (index, value) = match sections.len() {
        0 => return None,
        1 => (0, value),
        _ if value < 0.0 => (1, -value),
        count if value == 0.0 && count > 2 => (2, value),
        _ => (0, value),
    };
    if let Some(text) = words(&sections[index]) {
        return Some(text);
    }
    let section = Section::of(&sections[index])?;
    let scaled = value * 100_f64.powi(section.percent);
    if !scaled.is_finite() || scaled.abs() >= 1e15 {
        return None;
    }
    Some(section.shown(scaled))
}

/// The sections of a format: for positive numbers, negative ones, zero, text.
fn sections(code: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let (mut quoted, mut escaped) = (false, false);
    for c in code.chars() {
        match c {
            ';' if !quoted && !escaped => {
                out.push(String::new());
                continue;
            }
            '"' if !escaped => quoted = !quoted,
            _ => {}
        }
        escaped = c == '\\' && !escaped && !quoted;
        if let Some(last) = out.last_mut() {
            last.push(c);
        }
    }
    out
}

/// A piece of a format.
enum Token {
    Literal(String),
    Code(char),
    Locale(u32),
}

fn tokens(section: &str) -> Vec<Token> {
    let mut out = Vec::new();
    let mut chars = section.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => out.push(Token::Literal(chars.by_ref().take_while(|it| *it != '"').collect())),
            '\\' => out.push(Token::Literal(chars.next().map(String::from).unwrap_or_default())),
            // Room as wide as a character, and a character that fills the cell.
            '_' | '*' => {
                let room = chars.next() == Some(' ');
                out.push(Token::Literal(if room { " ".into() } else { String::new() }));
            }
            '[' => {
                let inside: String = chars.by_ref().take_while(|it| *it != ']').collect();
                let Some(money) = inside.strip_prefix('$') else {
                    if matches!(inside.chars().next(), Some('h' | 'm' | 's' | 'H')) {
                        out.push(Token::Code('['));
                    }
                    continue;
                };
                let (symbol, locale) = money.split_once('-').unwrap_or((money, ""));
                let locale = u32::from_str_radix(locale, 16).unwrap_or_default();
                out.push(Token::Locale(locale & 0xff));
                if !symbol.is_empty() {
                    out.push(Token::Literal(symbol.to_owned()));
                }
            }
            '$' | '€' | '£' | ' ' | '-' | '+' | '(' | ')' | '/' | ':' | '\u{a0}' => {
                out.push(Token::Literal(c.into()));
            }
            other => out.push(Token::Code(other)),
        }
    }
    out
}

/// What a section shows that has no digits: `"free"`.
fn words(section: &str) -> Option<String> {
    let mut out = String::new();
    for token in tokens(section) {
        match token {
            Token::Literal(text) => out.push_str(&text),
            Token::Locale(_) => {}
            Token::Code(_) => return None,
        }
    }
    let out = out.trim().to_owned();
    (!out.is_empty()).then_some(out)
}

impl Section {
    fn of(section: &str) -> Option<Self> {
        let mut out = Self::default();
        let (mut seen, mut behind, mut ended) = (false, false, false);
        for token in tokens(section) {
            match token {
                Token::Locale(lang) => out.lang = lang,
                Token::Literal(text) if seen => {
                    out.after.push_str(&text);
                    ended = ended || !text.trim().is_empty();
                }
                Token::Literal(text) => out.before.push_str(&text),
                Token::Code('%') => {
                    out.percent += 1;
                    if seen { out.after.push('%') } else { out.before.push('%') }
                }
                // Digits behind other text: a telephone number, a fraction.
                Token::Code('0' | '#' | '.' | ',') if ended => return None,
                Token::Code(digit @ ('0' | '#')) => {
                    seen = true;
                    if behind {
                        out.most += 1;
                        out.least += usize::from(digit == '0');
                    } else {
                        out.whole += usize::from(digit == '0');
                    }
                }
                Token::Code('.') if seen => behind = true,
                Token::Code(',') if seen && !behind => out.is_grouped = true,
                Token::Code(_) => return None,
            }
        }
        // A comma behind the last digit divides by a thousand.
        let scales = section.trim_end_matches(|it: char| !matches!(it, '0' | '#' | ',' | '.')).ends_with(',');
        (seen && !scales && out.most <= 15).then_some(out)
    }

    fn shown(&self, value: f64) -> String {
        let exact = format!("{:.*}", self.most, rounded(value.abs(), self.most));
        let (whole, rest) = exact.split_once('.').unwrap_or((&exact, ""));
        let mut rest = rest.to_owned();
        while rest.len() > self.least && rest.ends_with('0') {
            rest.pop();
        }
        let whole = format!("{whole:0>width$}", width = self.whole.max(1));
        let is_comma = COMMA.contains(&self.lang);
        let (group, point) = if is_comma { ('.', ',') } else { (',', '.') };
        let mut out = String::new();
        if value < 0.0 && exact.bytes().any(|it| matches!(it, b'1'..=b'9')) {
            out.push('-');
        }
        out.push_str(&self.before);
        for (at, digit) in whole.chars().enumerate() {
            if self.is_grouped && at > 0 && (whole.len() - at).is_multiple_of(3) {
                out.push(group);
            }
            out.push(digit);
        }
        if !rest.is_empty() {
            out.push(point);
            out.push_str(&rest);
        }
        out.push_str(&self.after);
        out.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// Half away from zero, as spreadsheets round: 1.005 is 1.01 although it is stored a little below.
fn rounded(value: f64, digits: usize) -> f64 {
    let power = 10_f64.powi(i32::try_from(digits).unwrap_or(15));
    let scaled = value * power;
    let near = (scaled * (1.0 + 4.0 * f64::EPSILON)).round();
    if near.is_finite() { near / power } else { value }
}

/// A moment, as a format shows it.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    pub year: u16,
    pub month: u8,
    pub day: u8,
    pub hour: u8,
    pub minute: u8,
    pub second: u8,
}

/// A date or time in a format; None where the format leaves the order to whoever looks, or is more than this
/// knows.
pub fn date(at: Moment, code: &str) -> Option<String> {
    let section = sections(code).into_iter().next()?;
    let tokens = tokens(&section);
    let mut out = String::new();
    let (mut lang, mut index, mut after_hours) = (0, 0, false);
    let halves = section.to_uppercase().contains("AM/PM");
    while let Some(token) = tokens.get(index) {
        index += 1;
        let c = match token {
            Token::Literal(text) => {
                out.push_str(text);
                continue;
            }
            Token::Locale(it) => {
                lang = *it;
                continue;
            }
            Token::Code(c) => c.to_ascii_lowercase(),
        };
        let same = |it: &&Token| matches!(it, Token::Code(other) if other.to_ascii_lowercase() == c);
        let more = tokens[index..].iter().take_while(same).count();
        index += more;
        let minutes = || {
            let next = tokens[index..].iter().find_map(|it| match it {
                Token::Code(c) => Some(c.to_ascii_lowercase()),
                _ => None,
            });
            next == Some('s')
        };
        let padded = |it: u8| if more > 0 { format!("{it:02}") } else { it.to_string() };
        match (c, more + 1) {
            ('y', 1 | 2) => out.push_str(&format!("{:02}", at.year % 100)),
            ('y', _) => out.push_str(&format!("{:04}", at.year)),
            ('m', 1 | 2) if after_hours || minutes() => out.push_str(&padded(at.minute)),
            ('m', 1 | 2) => out.push_str(&padded(at.month)),
            ('m', count) => {
                let names = MONTHS.iter().find(|it| it.0.contains(&lang))?.1;
                let name = names.split(' ').nth(usize::from(at.month).checked_sub(1)?)?;
                let short: String = name.chars().take(if count == 3 { 3 } else { 20 }).collect();
                out.push_str(&short);
            }
            ('d', 1 | 2) => out.push_str(&padded(at.day)),
            ('h', 1 | 2) => {
                let hour = if halves { (at.hour + 11) % 12 + 1 } else { at.hour };
                out.push_str(&padded(hour));
            }
            ('s', 1 | 2) => out.push_str(&padded(at.second)),
            ('a', 1) if halves => {
                out.push_str(if at.hour < 12 { "AM" } else { "PM" });
                // `M/PM` is the rest of it.
                index = tokens.len().min(index + 4);
            }
            ('.' | ',' | '@', _) => {
                if c != '@' {
                    out.push(c);
                }
            }
            _ => return None,
        }
        after_hours = c == 'h' || (after_hours && c != 'm' && c != 's');
    }
    let shown = out.split_whitespace().collect::<Vec<_>>().join(" ");
    (!shown.is_empty()).then_some(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_look_as_their_format_says() {
        for (value, code, shown) in [
            (0.19, "0%", "19%"),
            (0.075, "0.0 %", "7.5 %"),
            (0.005, "0%", "1%"),
            (1234.5, "#,##0.00", "1,234.50"),
            (1234.5, "\"€\" #,##0.00", "€ 1,234.50"),
            (1234.5, "#,##0.00\\ [$€-407]", "1.234,50 €"),
            (49.0, "[$€-2] #,##0", "€ 49"),
            (-5.0, "$#,##0.00;[Red]($#,##0.00)", "($5.00)"),
            (-5.5, "0.0", "-5.5"),
            (-0.001, "0.0", "0.0"),
            (0.0, "0.00;-0.00;\"free\"", "free"),
            (7.0, "000", "007"),
            (1.5, "0.##", "1.5"),
            (3.0, "0 \"days\"", "3 days"),
            (4.95, "_-* #,##0.00\\ \"€\"_-", "4.95 €"),
        ] {
            assert_eq!(number(value, code).as_deref(), Some(shown), "{value} {code}");
        }
        for code in ["General", "@", "0.00E+00", "# ?/?", "0,,", "000-0000", "", "[h]:mm"] {
            assert_eq!(number(1.0, code), None, "{code}");
        }
    }

    #[test]
    fn dates_look_as_their_format_says() {
        let at = Moment { year: 2026, month: 3, day: 2, hour: 14, minute: 5, second: 9 };
        for (code, shown) in [
            ("dd/mm/yyyy", "02/03/2026"),
            ("d-m-yy", "2-3-26"),
            ("[$-413]d mmmm yyyy;@", "2 maart 2026"),
            ("d mmm yyyy", "2 Mar 2026"),
            ("dd.mm.yyyy hh:mm", "02.03.2026 14:05"),
            ("h:mm AM/PM", "2:05 PM"),
            ("mm:ss", "05:09"),
            ("yyyy\\-mm\\-dd", "2026-03-02"),
        ] {
            assert_eq!(date(at, code).as_deref(), Some(shown), "{code}");
        }
        for code in ["General", "[h]:mm", "dddd d mmmm", "0.0"] {
            assert_eq!(date(at, code), None, "{code}");
        }
    }
}
