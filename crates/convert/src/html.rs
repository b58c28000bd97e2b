//! HTML: what a reader sees of it.

mod table;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use answerpal_mail::is_html_bomb;
use htmd::HtmlToMarkdown;
use htmd::element_handler::{HandlerResult, Handlers};
use htmd::options::{BulletListMarker, Options};

use crate::{MOST_MARKDOWN, Refusal};

/// Elements that are no part of what the page says.
const SKIPPED: &[&str] = &[
    "script", "style", "head", "noscript", "template", "svg", "iframe", "object", "nav", "form", "button",
    "img", "picture", "video", "audio", "canvas",
];

/// Elements that pages hide parts with.
const HIDEABLE: &[&str] = &[
    "div",
    "p",
    "span",
    "section",
    "article",
    "aside",
    "ul",
    "ol",
    "li",
    "dl",
    "dd",
    "dt",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "b",
    "strong",
    "i",
    "em",
    "font",
    "center",
    "details",
    "blockquote",
];

/// Deeper than any page is nested; what reads it takes the square of this long.
const DEEPEST: u32 = 300;

/// Most bytes that quotations and list items give, those of all levels together: each level begins every line
/// of what is in it anew.
const MOST_LEVELS: usize = 8 * MOST_MARKDOWN;

pub fn convert(html: &str) -> Result<String, Refusal> {
    convert_within(html, MOST_LEVELS)
}

fn convert_within(html: &str, most_levels: usize) -> Result<String, Refusal> {
    if is_html_bomb(html, DEEPEST) {
        return Err(Refusal::TooDeep);
    }
    let options = Options {
        bullet_list_marker: BulletListMarker::Dash,
        ul_bullet_spacing: 1,
        ol_number_spacing: 1,
        ..Options::default()
    };
    let written = Arc::new(AtomicUsize::new(0));
    let converter =
        HtmlToMarkdown::builder()
            .options(options)
            .skip_tags(SKIPPED.to_vec())
            .add_handler(vec!["blockquote", "li"], bounded(written.clone(), most_levels))
            .add_handler(HIDEABLE.to_vec(), |handlers: &dyn Handlers, element: htmd::Element| {
                if is_hidden(&element) { None } else { handlers.fallback(element) }
            })
            .add_handler(vec!["a"], |handlers: &dyn Handlers, element: htmd::Element| link(handlers, element))
            .add_handler(vec!["table"], seen(table::table))
            .add_handler(vec!["thead", "tbody", "tfoot"], seen(table::rows))
            .add_handler(vec!["tr"], seen(table::row))
            .add_handler(vec!["td", "th"], seen(table::cell))
            .build();
    let markdown = converter.convert(&table::without_marks(html)).map_err(|_| Refusal::Broken("HTML"))?;
    if written.load(Ordering::Relaxed) > most_levels { Err(Refusal::TooLarge) } else { Ok(markdown) }
}

/// Counts what is written by levels; beyond the most they are empty.
fn bounded(
    written: Arc<AtomicUsize>,
    most: usize,
) -> impl Fn(&dyn Handlers, htmd::Element) -> Option<HandlerResult> + Send + Sync + 'static {
    move |handlers, element| {
        let result = handlers.fallback(element)?;
        let before = written.fetch_add(result.content.len(), Ordering::Relaxed);
        if before + result.content.len() > most { None } else { Some(result) }
    }
}

/// A handler for what is not hidden.
fn seen(
    handle: fn(&dyn Handlers, &htmd::Element<'_>) -> HandlerResult,
) -> impl Fn(&dyn Handlers, htmd::Element) -> Option<HandlerResult> + Send + Sync + 'static {
    move |handlers, element| if is_hidden(&element) { None } else { Some(handle(handlers, &element)) }
}

fn is_hidden(element: &htmd::Element) -> bool {
    element.attrs.iter().any(|it| match &*it.name.local {
        "hidden" => true,
        "style" => {
            let style: String = it.value.chars().filter(|c| !c.is_whitespace()).collect();
            let style = style.to_ascii_lowercase();
            style.contains("display:none") || style.contains("visibility:hidden")
        }
        _ => false,
    })
}

/// Links keep their address only where it leads somewhere by itself.
fn link(handlers: &dyn Handlers, element: htmd::Element) -> Option<HandlerResult> {
    let leads = element.attrs.iter().any(|it| {
        &*it.name.local == "href"
            && ["http://", "https://", "mailto:", "tel:"].iter().any(|start| it.value.starts_with(start))
    });
    if leads { handlers.fallback(element) } else { Some(handlers.walk_children(element.node)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_levels_write_is_bounded_by_what_they_write_together() {
        for (begin, end) in [("<blockquote>", "</blockquote>"), ("<ul><li>a", "</li></ul>")] {
            let page = format!("{}{}{}", begin.repeat(50), "a<br>".repeat(100), end.repeat(50));
            let whole = convert_within(&page, MOST_LEVELS).map(|it| it.len());
            assert!(whole.is_ok_and(|it| it < 30_000), "{begin}: {whole:?}");
            assert_eq!(convert_within(&page, 100_000), Err(Refusal::TooLarge));
            let flat = format!("{begin}{}{end}", "a<br>".repeat(5000));
            assert!(convert_within(&flat, 100_000).is_ok());
        }
    }
}
