//! Rich Text as text: the body of a `winmail.dat` that holds no other.
//!
//! Unpacking is `compressed-rtf`'s. Reading is our own: the readers that there are panic on what a stranger
//! may send.

use encoding_rs::{Encoding, WINDOWS_1252};

/// Packed bytes that are looked at; unpacked they are at most eight times as many.
const LONGEST: usize = 2 * 1024 * 1024;
const HEADER: usize = 16;
/// Groups in groups beyond this are no letter any more.
const DEEPEST: usize = 1000;

/// Groups that hold no text of the body.
const NO_TEXT: [&str; 24] = [
    "fonttbl",
    "colortbl",
    "stylesheet",
    "info",
    "pict",
    "object",
    "header",
    "headerl",
    "headerr",
    "headerf",
    "footer",
    "footerl",
    "footerr",
    "footerf",
    "footnote",
    "listtable",
    "listoverridetable",
    "rsidtbl",
    "themedata",
    "colorschememapping",
    "latentstyles",
    "datastore",
    "generator",
    "fldinst",
];

/// The unpacked RTF, a byte a character; None where it cannot be unpacked.
pub fn unpacked(data: &[u8]) -> Option<String> {
    let size = u32::from_le_bytes(data.get(4..8)?.try_into().ok()?) as usize;
    let content = data.len().checked_sub(HEADER)?;
    // What the header says is believed by the library: room is made for it.
    if content > LONGEST || size > content.saturating_mul(8) + HEADER {
        return None;
    }
    let is_plain = &data[8..12] == b"MELA";
    if is_plain && size > content {
        return None;
    }
    compressed_rtf::decompress_rtf(data).ok()
}

/// What a person reads of RTF.
pub fn text(rtf: &str) -> String {
    let mut reader = Reader {
        bytes: rtf.chars().map(|it| u8::try_from(u32::from(it)).unwrap_or(b'?')).collect(),
        at: 0,
        encoding: WINDOWS_1252,
        out: String::new(),
        narrow: Vec::new(),
        wide: Vec::new(),
    };
    reader.run();
    crate::charset::clean(reader.out.trim())
}

/// What holds in a group.
#[derive(Clone, Copy)]
struct Group {
    is_skipped: bool,
    /// Characters after a `\u` that stand for it where it is not understood.
    fallback: usize,
}

struct Reader {
    bytes: Vec<u8>,
    at: usize,
    encoding: &'static Encoding,
    out: String,
    /// Characters of the code page, and UTF-16, that are not yet text.
    narrow: Vec<u8>,
    wide: Vec<u16>,
}

/// A control word or symbol with its number.
struct Control {
    word: String,
    number: Option<i32>,
}

impl Reader {
    fn next(&mut self) -> Option<u8> {
        let byte = self.bytes.get(self.at).copied();
        self.at += 1;
        byte
    }

    fn run(&mut self) {
        let mut groups: Vec<Group> = Vec::new();
        let mut group = Group { is_skipped: false, fallback: 1 };
        // How many characters stand for a `\u` that was understood.
        let mut left_out = 0;
        while let Some(byte) = self.next() {
            match byte {
                b'{' if groups.len() >= DEEPEST => break,
                b'{' => groups.push(group),
                b'}' => {
                    group = groups.pop().unwrap_or(group);
                    left_out = 0;
                }
                b'\\' => {
                    let control = self.control();
                    let stands_for_text = control.word == "'";
                    if stands_for_text && left_out > 0 {
                        left_out -= 1;
                    } else {
                        self.obey(&control, &mut group, &mut left_out);
                    }
                }
                b'\r' | b'\n' => {}
                _ if left_out > 0 => left_out -= 1,
                other if !group.is_skipped => self.narrow(other),
                _ => {}
            }
        }
        self.settle();
    }

    fn control(&mut self) -> Control {
        let Some(first) = self.next() else { return Control { word: String::new(), number: None } };
        if !first.is_ascii_alphabetic() {
            let number = (first == b'\'').then(|| self.hex()).flatten();
            return Control { word: char::from(first).to_string(), number };
        }
        let start = self.at - 1;
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_alphabetic) {
            self.at += 1;
        }
        let word = String::from_utf8_lossy(&self.bytes[start..self.at]).into_owned();
        let start = self.at;
        if self.bytes.get(self.at) == Some(&b'-') {
            self.at += 1;
        }
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        let number = String::from_utf8_lossy(&self.bytes[start..self.at]).parse().ok();
        if self.bytes.get(self.at) == Some(&b' ') {
            self.at += 1;
        }
        Control { word, number }
    }

    fn hex(&mut self) -> Option<i32> {
        let digits = self.bytes.get(self.at..self.at + 2)?;
        let number = i32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
        self.at += 2;
        Some(number)
    }

    fn obey(&mut self, control: &Control, group: &mut Group, left_out: &mut usize) {
        let number = control.number;
        match control.word.as_str() {
            "bin" => self.at = self.at.saturating_add(usize::try_from(number.unwrap_or(0)).unwrap_or(0)),
            "ansicpg" => self.encoding = code_page(number.unwrap_or(0)),
            "uc" => group.fallback = usize::try_from(number.unwrap_or(1)).unwrap_or(1).min(16),
            "*" => group.is_skipped = true,
            word if NO_TEXT.contains(&word) => group.is_skipped = true,
            _ if group.is_skipped => {}
            "'" => {
                if let Some(byte) = number.and_then(|it| u8::try_from(it).ok()) {
                    self.narrow(byte);
                }
            }
            "u" => {
                self.wide(number.unwrap_or(0) as u16);
                *left_out = group.fallback;
            }
            word => {
                if let Some(text) = symbol(word) {
                    self.settle();
                    self.out.push_str(text);
                }
            }
        }
    }

    fn narrow(&mut self, byte: u8) {
        if !self.wide.is_empty() {
            self.settle();
        }
        self.narrow.push(byte);
    }

    fn wide(&mut self, unit: u16) {
        if !self.narrow.is_empty() {
            self.settle();
        }
        self.wide.push(unit);
    }

    fn settle(&mut self) {
        self.out.push_str(&self.encoding.decode_without_bom_handling(&self.narrow).0);
        self.out.push_str(&String::from_utf16_lossy(&self.wide));
        self.narrow.clear();
        self.wide.clear();
    }
}

/// The text that a control word stands for.
fn symbol(word: &str) -> Option<&'static str> {
    Some(match word {
        "par" | "line" | "row" | "sect" | "page" | "\n" | "\r" => "\n",
        "tab" | "cell" => "\t",
        "emdash" => "—",
        "endash" => "–",
        "lquote" => "‘",
        "rquote" => "’",
        "ldblquote" => "“",
        "rdblquote" => "”",
        "bullet" => "•",
        "~" => "\u{a0}",
        "_" => "\u{2011}",
        "\\" => "\\",
        "{" => "{",
        "}" => "}",
        _ => return None,
    })
}

fn code_page(number: i32) -> &'static Encoding {
    let label = match number {
        932 => "shift_jis".to_owned(),
        936 => "gbk".to_owned(),
        949 => "euc-kr".to_owned(),
        950 => "big5".to_owned(),
        65001 => "utf-8".to_owned(),
        other => format!("windows-{other}"),
    };
    Encoding::for_label(label.as_bytes()).unwrap_or(WINDOWS_1252)
}

#[cfg(test)]
mod tests {
    use super::{text, unpacked};

    #[test]
    fn rich_text_is_read() {
        for (rtf, expected) in [
            (
                r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\*\generator Riched20;}\f0\fs20 Gr\'fc\'dfe aus {\b K\'f6ln}\par 5\u8364?\par}",
                "Grüße aus Köln\n5€",
            ),
            (
                r"{\rtf1\ansi\ansicpg1251\fromhtml1{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 \'cf\'f0\'e8\'e2\'e5\'f2{\*\htmltag72 </p>}\htmlrtf\par}\htmlrtf0 }",
                "Привет",
            ),
            (r"{\rtf1\uc2 \u-10179\'3f\'3f\u-8704??x \{a\\b\}\~c}", "😀x {a\\b}\u{a0}c"),
            (r"{\rtf1 unbalanced {\b bold", "unbalanced bold"),
            (r"{\rtf1 \bin3 }}}x\'g}", "xg"),
        ] {
            assert_eq!(text(rtf), expected, "{rtf}");
        }
        assert_eq!(text(&"{".repeat(100_000)), "");
    }

    #[test]
    fn packed_text_is_unpacked_and_lies_are_not_believed() {
        let rtf = r"{\rtf1\ansi Hello Hello Hello\par}";
        let mut packed = compressed_rtf::compress_rtf(rtf).unwrap();
        assert_eq!(unpacked(&packed).as_deref(), Some(rtf));
        assert_eq!(unpacked(&packed[..20]), None);
        assert_eq!(unpacked(b""), None);
        packed[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(unpacked(&packed), None);
        assert_eq!(unpacked(b"\x0c\0\0\0\xff\0\0\0MELA\0\0\0\0"), None);
    }
}
