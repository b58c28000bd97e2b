//! HTML: what a reader sees of it.

use htmd::options::{BulletListMarker, Options};
use htmd::{HtmlToMarkdown, element_handler::Handlers};

use crate::Refusal;

/// Elements that are no part of what the page says.
const SKIPPED: &[&str] = &[
    "script", "style", "head", "noscript", "template", "svg", "iframe", "object", "nav", "form", "button",
    "img", "picture", "video", "audio", "canvas",
];

/// Elements that pages hide parts with.
const HIDEABLE: &[&str] = &[
    "div", "p", "span", "section", "article", "aside", "table", "tbody", "tr", "td", "th", "ul", "ol", "li",
    "dl", "dd", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "b", "strong", "i", "em", "font", "center",
    "details",
];

pub fn convert(html: &str) -> Result<String, Refusal> {
    let options = Options {
        bullet_list_marker: BulletListMarker::Dash,
        ul_bullet_spacing: 1,
        ol_number_spacing: 1,
        ..Options::default()
    };
    let converter =
        HtmlToMarkdown::builder()
            .options(options)
            .skip_tags(SKIPPED.to_vec())
            .add_handler(HIDEABLE.to_vec(), |handlers: &dyn Handlers, element: htmd::Element| {
                if is_hidden(&element) { None } else { handlers.fallback(element) }
            })
            .add_handler(vec!["a"], |handlers: &dyn Handlers, element: htmd::Element| link(handlers, element))
            .build();
    converter.convert(html).map_err(|_| Refusal::Broken("HTML"))
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
fn link(handlers: &dyn Handlers, element: htmd::Element) -> Option<htmd::element_handler::HandlerResult> {
    let leads = element.attrs.iter().any(|it| {
        &*it.name.local == "href"
            && ["http://", "https://", "mailto:", "tel:"].iter().any(|start| it.value.starts_with(start))
    });
    if leads { handlers.fallback(element) } else { Some(handlers.walk_children(element.node)) }
}
