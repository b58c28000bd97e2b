//! HTML: what a reader sees of it.

mod table;

use htmd::HtmlToMarkdown;
use htmd::element_handler::{HandlerResult, Handlers};
use htmd::options::{BulletListMarker, Options};

use crate::Refusal;

/// Elements that are no part of what the page says.
const SKIPPED: &[&str] = &[
    "script", "style", "head", "noscript", "template", "svg", "iframe", "object", "nav", "form", "button",
    "img", "picture", "video", "audio", "canvas",
];

/// Elements that pages hide parts with.
const HIDEABLE: &[&str] = &[
    "div", "p", "span", "section", "article", "aside", "ul", "ol", "li", "dl", "dd", "dt", "h1", "h2", "h3",
    "h4", "h5", "h6", "b", "strong", "i", "em", "font", "center", "details",
];

/// Elements that end where the next of them begins: they do not nest.
const CLOSING: &[&str] = &[
    "p", "li", "dt", "dd", "tr", "td", "th", "tbody", "thead", "tfoot", "option", "optgroup", "colgroup",
    "rp", "rt",
];
/// Elements whose content is text whatever it looks like.
const RAW: &[&str] = &["script", "style", "textarea", "title"];
/// Elements without content.
const VOID: &[&str] = &[
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track",
    "wbr",
];
/// Deeper than any page is nested; what reads it takes the square of this long.
const DEEPEST: usize = 300;

/// How deep elements nest, as far as tags tell.
fn depth(html: &str) -> usize {
    let (mut depth, mut most) = (0_usize, 0);
    let bytes = html.as_bytes();
    let mut rest = 0;
    while let Some(at) = html[rest..].find('<').map(|it| it + rest) {
        rest = at + 1;
        if html[rest..].starts_with("!--") {
            rest = html[rest..].find("-->").map_or(html.len(), |it| rest + it);
            continue;
        }
        let is_end = bytes.get(rest) == Some(&b'/');
        let from = rest + usize::from(is_end);
        let long = bytes[from..].iter().take(24).take_while(|it| it.is_ascii_alphanumeric()).count();
        let name = html[from..from + long].to_ascii_lowercase();
        rest = from + long;
        if name.is_empty() || CLOSING.contains(&name.as_str()) || VOID.contains(&name.as_str()) {
            continue;
        }
        if !is_end && RAW.contains(&name.as_str()) {
            // A page ends it in small letters, or it is no page of people's.
            let end = format!("</{name}");
            rest = html[rest..].find(&end).map_or(html.len(), |it| rest + it + end.len());
        } else if is_end {
            depth = depth.saturating_sub(1);
        } else {
            depth += 1;
            most = most.max(depth);
        }
    }
    most
}

pub fn convert(html: &str) -> Result<String, Refusal> {
    if depth(html) > DEEPEST {
        return Err(Refusal::TooDeep);
    }
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
            .add_handler(vec!["table"], seen(table::table))
            .add_handler(vec!["thead", "tbody", "tfoot"], seen(table::rows))
            .add_handler(vec!["tr"], seen(table::row))
            .add_handler(vec!["td", "th"], seen(table::cell))
            .build();
    converter.convert(&table::without_marks(html)).map_err(|_| Refusal::Broken("HTML"))
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
    fn depth_is_what_nests() {
        assert_eq!(depth("<div><p>a<p>b<br><img src=x><b>c</b></div>"), 2);
        assert_eq!(depth(&"<div>".repeat(500)), 500);
        assert_eq!(depth(&"<p>x".repeat(5000)), 0);
        assert_eq!(depth("a < b <é> </"), 0);
        assert_eq!(depth("<script>x('<div><div>')</script><!-- <div><b> --><i>x</i>"), 1);
    }
}
