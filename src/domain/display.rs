//! The HTML of a message as a person is shown it: safe, with its own pictures, and without what would tell
//! its sender that it was read, until somebody asks for that.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ammonia::Builder;

use crate::domain::html::defused;

/// What may be styled: nothing here takes an address or leaves its place.
const STYLES: [&str; 40] = [
    "background-color",
    "border",
    "border-bottom",
    "border-bottom-color",
    "border-bottom-style",
    "border-bottom-width",
    "border-collapse",
    "border-color",
    "border-left",
    "border-radius",
    "border-right",
    "border-spacing",
    "border-style",
    "border-top",
    "border-width",
    "color",
    "direction",
    "font-family",
    "font-size",
    "font-style",
    "font-variant",
    "font-weight",
    "height",
    "letter-spacing",
    "line-height",
    "margin",
    "margin-bottom",
    "margin-left",
    "margin-right",
    "margin-top",
    "max-width",
    "padding",
    "padding-bottom",
    "padding-left",
    "padding-right",
    "padding-top",
    "text-align",
    "text-decoration",
    "vertical-align",
    "width",
];

/// How mail programs mark what they quote; in lower case.
const QUOTES: [&str; 10] = [
    "<blockquote type=\"cite\"",
    "<blockquote type=cite",
    "class=\"gmail_quote",
    "class=\"yahoo_quoted",
    "class=\"moz-cite-prefix",
    "class=\"protonmail_quote",
    "id=\"appendonsend\"",
    "id=\"divrplyfwdmsg\"",
    "id=\"mail-editor-reference-message-container\"",
    "id=\"isforwardcontent\"",
];

/// What to show.
#[derive(Clone, Copy)]
pub struct Wanted {
    /// Pictures from elsewhere: loading them tells that the message is read.
    pub remote_images: bool,
    /// The history that the message quotes.
    pub quoted: bool,
}

pub struct Displayed {
    pub html: String,
    /// Whether it has pictures from elsewhere, shown or not.
    pub has_remote_images: bool,
    /// Whether it quotes, shown or not.
    pub has_quoted: bool,
}

/// `files` are the addresses of the message's own files by their content id, in lower case.
pub fn display(html: &str, files: &HashMap<String, String>, wanted: Wanted) -> Displayed {
    let html = &*defused(html);
    let quote = quote_begins(html);
    let has_remote_images = Arc::new(AtomicBool::new(false));
    let whole = clean(html, files, wanted.remote_images, &has_remote_images);
    let html = match quote {
        Some(at) if !wanted.quoted => clean(&html[..at], files, wanted.remote_images, &has_remote_images),
        _ => whole,
    };
    Displayed {
        html,
        has_remote_images: has_remote_images.load(Ordering::Relaxed),
        has_quoted: quote.is_some(),
    }
}

/// Where the quoted history begins, if there is something of its own before it.
fn quote_begins(html: &str) -> Option<usize> {
    let lower = html.to_ascii_lowercase();
    let mark = QUOTES.iter().filter_map(|it| lower.find(it)).min()?;
    let at = lower[..=mark].rfind('<')?;
    let before = answerpal_mail::html_text(&html[..at]);
    (!before.trim().is_empty()).then_some(at)
}

fn clean(
    html: &str,
    files: &HashMap<String, String>,
    remote_images: bool,
    has_remote_images: &Arc<AtomicBool>,
) -> String {
    let (files, remote) = (files.clone(), has_remote_images.clone());
    let mut builder = Builder::default();
    builder
        .add_tags(["font", "center", "u"])
        .add_tag_attributes("font", ["color", "face", "size"])
        .add_tag_attributes("table", ["border", "cellpadding", "cellspacing", "width", "bgcolor"])
        .add_tag_attributes("td", ["width", "height", "valign", "bgcolor"])
        .add_tag_attributes("th", ["width", "height", "valign", "bgcolor"])
        .add_tag_attributes("tr", ["valign", "bgcolor"])
        .add_generic_attributes(["style", "dir", "align"])
        .filter_style_properties(HashSet::from(STYLES))
        .add_url_schemes(["cid", "data"])
        .link_rel(Some("noopener noreferrer nofollow"))
        .set_tag_attribute_value("a", "target", "_blank")
        .attribute_filter(move |element, attribute, value| match (element, attribute) {
            ("img", "src") => image(value, &files, remote_images, &remote),
            (_, "src" | "cite") => None,
            (_, "href") if !leads_out(value) => None,
            _ => Some(value.into()),
        });
    builder.clean(html).to_string()
}

/// The address that a picture is shown from; None leaves it out.
fn image<'a>(
    address: &'a str,
    files: &HashMap<String, String>,
    remote_images: bool,
    remote: &AtomicBool,
) -> Option<Cow<'a, str>> {
    let lower = address.trim().to_ascii_lowercase();
    if let Some(id) = lower.strip_prefix("cid:") {
        return files.get(id).map(|it| Cow::Owned(it.clone()));
    }
    if lower.starts_with("data:image/") && !lower.starts_with("data:image/svg") {
        return Some(address.into());
    }
    if lower.starts_with("https://") || lower.starts_with("http://") || lower.starts_with("//") {
        remote.store(true, Ordering::Relaxed);
        return remote_images.then(|| address.into());
    }
    None
}

fn leads_out(address: &str) -> bool {
    let lower = address.trim().to_ascii_lowercase();
    ["https://", "http://", "mailto:", "tel:"].iter().any(|it| lower.starts_with(it))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALM: Wanted = Wanted { remote_images: false, quoted: true };

    fn files() -> HashMap<String, String> {
        HashMap::from([("logo@x".to_owned(), "/api/File/abc".to_owned())])
    }

    #[test]
    fn pictures_from_elsewhere_wait_until_they_are_asked_for() {
        let html = r#"<p>Hi <img src="https://spy.example/1.gif"><img src="CID:Logo@x"><img src="/healthz">
            <img src="data:image/png;base64,AA=="><img src="data:image/svg+xml,x"></p>"#;
        let calm = display(html, &files(), CALM);
        assert!(calm.has_remote_images && !calm.has_quoted);
        assert!(!calm.html.contains("spy.example") && !calm.html.contains("healthz"), "{}", calm.html);
        assert!(calm.html.contains("/api/File/abc") && calm.html.contains("data:image/png"), "{}", calm.html);
        assert!(!calm.html.contains("svg"), "{}", calm.html);
        let asked = display(html, &files(), Wanted { remote_images: true, ..CALM });
        assert!(asked.html.contains("https://spy.example/1.gif") && asked.has_remote_images);
        assert!(!display("<p>plain</p>", &files(), CALM).has_remote_images);
    }

    #[test]
    fn nothing_runs_and_nothing_is_fetched_by_a_style() {
        let html = r#"<p style="color: red; background-image: url(https://spy.example/2.gif); position: fixed" onclick="x()">a</p>
            <script>x()</script><style>p { background: url(https://spy.example/3.gif) }</style>
            <a href="javascript:x()">b</a><a href="/app/settings">c</a><a href="https://good.example/">d</a>
            <iframe src="https://spy.example/4"></iframe><form action="https://spy.example/5"><input></form>"#;
        let shown = display(html, &files(), Wanted { remote_images: true, ..CALM }).html;
        for bad in ["spy.example", "onclick", "script", "position", "/app/", "iframe", "form"] {
            assert!(!shown.contains(bad), "{bad} in {shown}");
        }
        assert!(shown.contains("color:red") || shown.contains("color: red"), "{shown}");
        assert!(shown.contains(r#"href="https://good.example/""#) && shown.contains(r#"target="_blank""#));
    }

    #[test]
    fn of_what_cannot_be_parsed_in_time_the_text_is_shown() {
        let fonts: String = (0..2000).map(|it| format!("<font color={it}>")).collect();
        let shown = display(&format!("<p>{fonts}{}", "<p>x".repeat(2000)), &files(), CALM);
        assert!(shown.html.starts_with("<p>x</p>") && shown.html.len() < 50_000, "{}", shown.html.len());
    }

    #[test]
    fn quoted_history_folds_where_there_is_something_before_it() {
        let html = r#"<div>Thanks!</div><div class="gmail_quote">On Monday <img src="https://spy.example/1.gif"> wrote</div>"#;
        let folded = display(html, &files(), Wanted { quoted: false, ..CALM });
        assert!(folded.has_quoted && folded.has_remote_images);
        assert_eq!(folded.html, "<div>Thanks!</div>");
        let whole = display(html, &files(), CALM);
        assert!(whole.has_quoted && whole.html.contains("On Monday"));
        let only = r#"<blockquote type="cite">all of it</blockquote>"#;
        assert!(display(only, &files(), Wanted { quoted: false, ..CALM }).html.contains("all of it"));
    }
}
