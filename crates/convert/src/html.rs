//! HTML: what a reader sees of it.

use htmd::options::{BulletListMarker, Options};
use htmd::{HtmlToMarkdown, element_handler::Handlers};

use crate::Refusal;

/// Elements that are no part of what the page says.
const SKIPPED: &[&str] = &[
    "script", "style", "head", "noscript", "template", "svg", "iframe", "object", "nav", "form", "button",
    "img", "picture", "video", "audio", "canvas",
];

pub fn convert(html: &str) -> Result<String, Refusal> {
    let options = Options {
        bullet_list_marker: BulletListMarker::Dash,
        ul_bullet_spacing: 1,
        ol_number_spacing: 1,
        ..Options::default()
    };
    let converter = HtmlToMarkdown::builder()
        .options(options)
        .skip_tags(SKIPPED.to_vec())
        .add_handler(vec!["a"], |handlers: &dyn Handlers, element: htmd::Element| link(handlers, element))
        .build();
    converter.convert(html).map_err(|_| Refusal::Broken("HTML"))
}

/// Links keep their address only where it leads somewhere by itself.
fn link(handlers: &dyn Handlers, element: htmd::Element) -> Option<htmd::element_handler::HandlerResult> {
    let leads = element.attrs.iter().any(|it| {
        &*it.name.local == "href"
            && ["http://", "https://", "mailto:", "tel:"].iter().any(|start| it.value.starts_with(start))
    });
    if leads { handlers.fallback(element) } else { Some(handlers.walk_children(element.node)) }
}
