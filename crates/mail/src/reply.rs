//! What the person wrote: the body without quoted history, signature and legal footers. Where it is not
//! certain that something is one of these it stays: the whole is kept elsewhere, but this is what is read
//! first.

mod ends;
mod marks;
mod tail;
mod words;

use std::borrow::Cow;

use crate::html;
use crate::lines::{self, Hint, Line};
use crate::mail::Mail;

pub use marks::is_forward;

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Own,
    Quote,
    Attribution,
    History,
    Signature,
}

/// What the rest of the mail says about its body.
#[derive(Clone, Copy, Debug, Default)]
struct About {
    is_reply: bool,
}

/// The text that the sender of a mail wrote, of whichever body says more about what is quoted.
pub fn reply_text(mail: &Mail) -> Option<String> {
    let subject = mail.subject.as_deref().unwrap_or_default();
    let is_reply = !mail.in_reply_to.is_empty() || !mail.references.is_empty();
    reply_of(subject, is_reply, mail.text.as_deref(), mail.html.as_deref())
}

/// The same of bodies that did not come as a mail. `is_reply` says that it answers another, where the subject
/// does not.
pub fn reply_of(subject: &str, is_reply: bool, text: Option<&str>, html: Option<&str>) -> Option<String> {
    let plain = text.filter(|it| !it.trim().is_empty()).map(unarmoured);
    let lines = match (plain, html) {
        (Some(text), None) => lines::of_text(&text),
        (None, Some(html)) => html::lines(html),
        (Some(text), Some(html)) => {
            let marked = html::lines(html);
            let says_more =
                marked.iter().any(|it| it.is_marked || it.hint.is_some_and(|it| it != Hint::Block));
            let has_text = marked.iter().any(|it| !it.is_empty());
            if says_more && has_text { marked } else { lines::of_text(&text) }
        }
        (None, None) => return None,
    };
    let is_reply = is_reply || marks::is_answer(subject);
    let text = if marks::is_forward(subject) { whole(&lines) } else { written(&lines, About { is_reply }) };
    (!text.is_empty()).then_some(text)
}

/// A text without what OpenPGP puts around one that is signed (RFC 9580, section 7).
fn unarmoured(text: &str) -> Cow<'_, str> {
    let Some((before, signed)) = text.split_once("-----BEGIN PGP SIGNED MESSAGE-----") else {
        return Cow::Borrowed(text);
    };
    let Some((signed, signature)) = signed.split_once("-----BEGIN PGP SIGNATURE-----") else {
        return Cow::Borrowed(text);
    };
    let after = signature.split_once("-----END PGP SIGNATURE-----").map_or("", |it| it.1);
    let mut out = before.to_owned();
    // Headers of the armour, an empty line, then the text with its dashes escaped.
    for line in signed.lines().skip(1).skip_while(|it| !it.trim().is_empty()).skip(1) {
        out.push_str(line.strip_prefix("- ").filter(|it| it.starts_with(['-', 'F'])).unwrap_or(line));
        out.push('\n');
    }
    out.push_str(after);
    Cow::Owned(out)
}

/// What its sender wrote of a mail that answers another, of its plain text alone.
pub fn reply_of_text(text: &str) -> String {
    written(&lines::of_text(&unarmoured(text)), About { is_reply: true })
}

/// The same for HTML alone.
pub fn reply_of_html(html: &str) -> String {
    written(&html::lines(html), About { is_reply: true })
}

fn written(lines: &[Line], about: About) -> String {
    let (lines, forwarded) = lines.split_at(forward_begins(lines));
    let text = own(lines, about);
    let forwarded = whole(forwarded);
    match (text.is_empty(), forwarded.is_empty()) {
        (_, true) => text,
        (true, false) => forwarded,
        (false, false) => format!("{text}\n\n{forwarded}"),
    }
}

/// Where a mail begins that is forwarded: it is what this mail is about. One further down in what is answered is
/// history as all of that.
fn forward_begins(lines: &[Line]) -> usize {
    let mut above_is_own = true;
    for (at, line) in lines.iter().enumerate() {
        if line.is_empty() {
            continue;
        }
        if above_is_own && marks::announces(line) {
            return at;
        }
        let is_quoting = marks::attribution(lines, at).is_some_and(|(end, is_strong)| {
            is_strong || lines[end..].iter().find(|it| !it.is_empty()).is_some_and(|it| it.is_quoted)
        });
        if is_quoting || marks::begins_history(lines, at) {
            break;
        }
        above_is_own = !line.is_quoted;
    }
    lines.len()
}

fn own(lines: &[Line], about: About) -> String {
    let mut kinds: Vec<Kind> =
        lines.iter().map(|it| if it.is_quoted { Kind::Quote } else { Kind::Own }).collect();
    let has_attribution = mark_attributions(lines, &mut kinds);
    mark_history(lines, &mut kinds);
    // Somebody may begin lines with `>` for another reason, such as "> 100 euros".
    let mut lines = Cow::Borrowed(lines);
    if !has_attribution && !about.is_reply {
        for (at, kind) in kinds.iter_mut().enumerate() {
            if *kind == Kind::Quote && !lines[at].is_marked {
                *kind = Kind::Own;
                let line = &mut lines.to_mut()[at];
                line.text.insert_str(0, &std::mem::take(&mut line.marks));
            }
        }
    }
    let lines = &*lines;
    let with_signature = kinds.clone();
    tail::mark(lines, &mut kinds);
    for kinds in [kinds, with_signature] {
        let text = joined(lines, |at| kinds[at] == Kind::Own);
        if !text.is_empty() && !marks::only_announces(&text) {
            return text;
        }
    }
    whole(lines)
}

fn whole(lines: &[Line]) -> String {
    joined(lines, |_| true)
}

/// The lines that stay, with at most one empty line between them.
fn joined(lines: &[Line], stays: impl Fn(usize) -> bool) -> String {
    let mut out = String::new();
    let mut empty = 0;
    for (at, line) in lines.iter().enumerate() {
        // What is left out stands between two paragraphs.
        if !stays(at) || line.is_empty() {
            empty += 1;
            continue;
        }
        if !out.is_empty() {
            out.push_str(if empty > 0 { "\n\n" } else { "\n" });
        }
        empty = 0;
        out.push_str(line.text.trim_end());
    }
    out.trim().to_owned()
}

/// Finds "On … wrote:" lines. Before quoted lines they go with them; before others they begin the history,
/// where something stands above.
fn mark_attributions(lines: &[Line], kinds: &mut [Kind]) -> bool {
    let mut found = false;
    let mut at = 0;
    while at < lines.len() {
        let Some((end, is_strong)) = marks::attribution(lines, at) else {
            at += 1;
            continue;
        };
        let next = (end..lines.len()).find(|it| !lines[*it].is_empty());
        let is_followed = next.is_some_and(|it| lines[it].is_quoted || lines[it].hint == Some(Hint::Block));
        if is_followed || (next.is_none() && is_strong) {
            kinds[at..end].fill(Kind::Attribution);
            mark_block(lines, kinds, next);
            found = true;
        } else if is_strong && has_own(lines, kinds, at) {
            kinds[at..].fill(Kind::History);
            return true;
        }
        at = end;
    }
    found
}

/// A block under an attribution is a quote, whatever it is elsewhere.
fn mark_block(lines: &[Line], kinds: &mut [Kind], next: Option<usize>) {
    let Some(next) = next.filter(|it| lines[*it].hint == Some(Hint::Block)) else { return };
    for at in next..lines.len() {
        if lines[at].hint != Some(Hint::Block) && !lines[at].is_empty() {
            break;
        }
        kinds[at] = Kind::Quote;
    }
}

/// Finds where a program put the mail that is answered under the answer without quoting it.
fn mark_history(lines: &[Line], kinds: &mut [Kind]) {
    let Some(start) =
        (0..lines.len()).find(|at| kinds[*at] == Kind::Own && marks::begins_history(lines, *at))
    else {
        return;
    };
    if !has_own(lines, kinds, start) {
        return;
    }
    // Answers may stand among what is below, and nothing tells them apart.
    let above = joined(&lines[..start], |at| kinds[at] == Kind::Own).to_lowercase();
    if words::INLINE.iter().any(|it| marks::has_words(&above, it)) {
        return;
    }
    kinds[start..].fill(Kind::History);
}

fn has_own(lines: &[Line], kinds: &[Kind], before: usize) -> bool {
    (0..before).any(|at| kinds[at] == Kind::Own && !lines[at].is_empty())
}
