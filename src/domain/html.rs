//! HTML that came from elsewhere: made safe to show; and text as HTML.

use std::borrow::Cow;
use std::fmt::Write;
use std::sync::LazyLock;

use ammonia::Builder;
use percent_encoding::percent_decode_str;

/// What the HTML of a message may have: no scripts, no styles; images may be the message's own files.
static SAFE: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::default();
    builder.add_url_schemes(["cid"]).link_rel(Some("noopener noreferrer nofollow"));
    builder
});

/// Without anything that runs, styles the page around it, or leads out of it unseen.
pub fn sanitised(html: &str) -> String {
    SAFE.clean(&defused(html)).to_string()
}

/// Levels of elements: long threads, which quote each other, have some hundreds.
const DEEPEST: u32 = 1000;

/// HTML that may be parsed: of what would keep the parser busy without end there is its text.
pub fn defused(html: &str) -> Cow<'_, str> {
    if answerpal_mail::is_html_bomb(html, DEEPEST) {
        from_text(&answerpal_mail::html_text(html)).into()
    } else {
        html.into()
    }
}

/// Sanitised HTML with other addresses in place of `cid:` ones, where `address` has one for the content id.
pub fn with_content(html: &str, address: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find("\"cid:") {
        let (before, after) = rest.split_at(at + 1);
        out.push_str(before);
        let end = after.find('"').unwrap_or(after.len());
        let id = after["cid:".len()..end].replace("&amp;", "&");
        let found = address(&id).or_else(|| address(&percent_decode_str(&id).decode_utf8_lossy()));
        match found {
            Some(url) => out.push_str(&escaped(&url)),
            None => out.push_str(&after[..end]),
        }
        rest = &after[end..];
    }
    out.push_str(rest);
    out
}

/// As text inside HTML, attribute values included.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// Whether a text that may be either is HTML.
pub fn is_html(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    ["</", "<br", "<p>", "<p ", "<img "].iter().any(|it| lower.contains(it))
}

/// A text in paragraphs.
pub fn from_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let text = text.replace("\r\n", "\n");
    for paragraph in text.split("\n\n").map(str::trim).filter(|it| !it.is_empty()) {
        let _ = write!(out, "<p>{}</p>", escaped(paragraph).replace('\n', "<br>"));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_or_styles_is_taken_out() {
        let html = r#"<p onclick="x()" style="position:fixed">Hi <img src="cid:a1" onerror="x()"></p>
            <script>steal()</script><style>p{}</style><a href="javascript:x()">a</a><iframe src="//x"></iframe>"#;
        let clean = sanitised(html);
        for bad in ["script", "style", "onclick", "onerror", "iframe", "steal"] {
            assert!(!clean.contains(bad), "{bad} in {clean}");
        }
        assert!(clean.contains(r#"src="cid:a1""#), "{clean}");
    }

    #[test]
    fn of_what_cannot_be_parsed_in_time_the_text_is_shown() {
        let html = format!("<p>Hello<script>x()</script>{}there", "<div>".repeat(20_000));
        assert_eq!(sanitised(&html), "<p>Hello<br>there</p>");
        let fonts: String = (0..2000).map(|it| format!("<font color={it}>")).collect();
        let html = format!("<p>{fonts}{}", "<p>x".repeat(2000));
        assert!(sanitised(&html).len() < 20 * html.len());
    }

    #[test]
    fn content_ids_become_addresses() {
        let html = r#"<img src="cid:a@b"><img src="cid:a%40b"><a href="cid:none">x</a>"#;
        let shown = with_content(html, |it| (it == "a@b").then(|| "/f?a&b".into()));
        assert_eq!(shown, r#"<img src="/f?a&amp;b"><img src="/f?a&amp;b"><a href="cid:none">x</a>"#);
    }

    #[test]
    fn paragraphs_are_escaped() {
        assert_eq!(from_text("a <b>\nc\n\n\"d\""), "<p>a &lt;b&gt;<br>c</p><p>&quot;d&quot;</p>");
        assert!(is_html("<p>x</p>") && !is_html("a < b and b > c"));
    }
}
