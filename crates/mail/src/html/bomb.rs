//! HTML that costs far more to parse than to send: elements nested without end, formatting that is never
//! closed and opened anew in each paragraph, tags with thousands of attributes. Parsers take time and memory
//! by the square of it.

use std::borrow::Cow;
use std::cell::Cell;
use std::rc::Rc;

use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::{Attribute, ParseOpts, Parser, QualName, local_name, ns, parse_fragment};

/// Elements: a few for each tag, and some besides, but no more than a browser would stand.
const ELEMENTS_A_TAG: usize = 4;
const ELEMENTS_BESIDES: usize = 50_000;
const MOST_ELEMENTS: usize = 400_000;
/// Fewer tags than these do no harm, whatever they are.
const FEW_TAGS: usize = 500;
/// A tag or comment of this length in bytes is looked at: a picture in an attribute is one word.
const LONG_TAG: usize = 128 * 1024;
const LONGEST_TAG: usize = 4 * 1024 * 1024;
/// Between two looks at what has become of it.
const STEP: usize = 1024;

/// Whether reading this HTML is not worth its cost, for who reads elements so many levels deep.
pub fn is_bomb(html: &str, deepest: u32) -> bool {
    let tags = html.as_bytes().windows(2).filter(|it| it[0] == b'<' && it[1].is_ascii_alphabetic()).count();
    if tags < FEW_TAGS.min(deepest as usize) && html.len() < LONG_TAG {
        return false;
    }
    let most = tags.saturating_mul(ELEMENTS_A_TAG).saturating_add(ELEMENTS_BESIDES).min(MOST_ELEMENTS);
    let context = QualName::new(None, ns!(html), local_name!("div"));
    let mut parser = parse_fragment(Count::default(), ParseOpts::default(), context, Vec::new(), false);
    let mut tag = LongTag::default();
    steps(html).any(|step| {
        parser.process(StrTendril::from(step));
        let count = count(&parser);
        count.deepest.get() > deepest || count.elements.get() > most || tag.is_bomb(count.calls.get(), step)
    })
}

/// HTML in pieces, to be parsed one after the other.
pub fn steps(html: &str) -> impl Iterator<Item = &str> {
    let mut rest = html;
    std::iter::from_fn(move || {
        let (step, after) = rest.split_at(rest.floor_char_boundary(STEP.min(rest.len())));
        rest = after;
        (!step.is_empty()).then_some(step)
    })
}

/// Tells a tag of thousands of attributes: nothing comes of many steps.
#[derive(Default)]
pub struct LongTag {
    seen: usize,
    silent: usize,
    separators: usize,
}

impl LongTag {
    /// After a step: `seen` counts what has come of all so far.
    pub fn is_bomb(&mut self, seen: usize, step: &str) -> bool {
        if seen != self.seen {
            *self = Self { seen, ..Self::default() };
            return false;
        }
        self.silent += step.len();
        self.separators += step.bytes().filter(|it| separates(*it)).count();
        self.silent > LONG_TAG && self.separators > self.silent / 40 || self.silent > LONGEST_TAG
    }
}

fn count(parser: &Parser<Count>) -> &Count {
    &parser.tokenizer.sink.sink
}

/// What may stand between attributes.
fn separates(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'=' | b'/')
}

/// Keeps of a document how much there is of it.
#[derive(Default)]
struct Count {
    elements: Cell<usize>,
    deepest: Cell<u32>,
    calls: Cell<usize>,
}

#[derive(Clone)]
struct Node(Rc<(QualName, Cell<u32>)>);

impl Count {
    fn called(&self) {
        self.calls.set(self.calls.get() + 1);
    }

    fn node(&self, name: QualName) -> Node {
        self.called();
        self.elements.set(self.elements.get() + 1);
        Node(Rc::new((name, Cell::new(0))))
    }

    fn nameless(&self) -> Node {
        self.node(QualName::new(None, ns!(), local_name!("")))
    }

    fn put(&self, depth: u32, child: NodeOrText<Node>) {
        self.called();
        if let NodeOrText::AppendNode(Node(child)) = child {
            child.1.set(depth);
            self.deepest.set(self.deepest.get().max(depth));
        }
    }
}

impl TreeSink for Count {
    type Handle = Node;
    type Output = Self;
    type ElemName<'a> = &'a QualName;

    fn finish(self) -> Self {
        self
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> Node {
        self.nameless()
    }

    fn elem_name<'a>(&'a self, target: &'a Node) -> &'a QualName {
        &target.0.0
    }

    fn create_element(&self, name: QualName, _: Vec<Attribute>, _: ElementFlags) -> Node {
        self.node(name)
    }

    fn create_comment(&self, _: StrTendril) -> Node {
        self.nameless()
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> Node {
        self.nameless()
    }

    fn append(&self, parent: &Node, child: NodeOrText<Node>) {
        self.put(parent.0.1.get() + 1, child);
    }

    fn append_based_on_parent_node(&self, element: &Node, _: &Node, child: NodeOrText<Node>) {
        self.put(element.0.1.get(), child);
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn pop(&self, _: &Node) {
        self.called();
    }

    fn get_template_contents(&self, target: &Node) -> Node {
        target.clone()
    }

    fn same_node(&self, x: &Node, y: &Node) -> bool {
        Rc::ptr_eq(&x.0, &y.0)
    }

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &Node, child: NodeOrText<Node>) {
        self.put(sibling.0.1.get(), child);
    }

    fn add_attrs_if_missing(&self, _: &Node, _: Vec<Attribute>) {
        self.called();
    }

    fn remove_from_parent(&self, _: &Node) {
        self.called();
    }

    fn reparent_children(&self, _: &Node, _: &Node) {
        self.called();
    }
}

#[cfg(test)]
mod tests {
    fn is_bomb(html: &str) -> bool {
        super::is_bomb(html, 1000)
    }

    /// So many of something, each with its number.
    fn many(times: usize, of: impl Fn(usize) -> String) -> String {
        (0..times).map(of).collect()
    }

    #[test]
    fn what_grows_by_the_square_is_told() {
        let div = |_| "<div>".to_owned();
        assert!(is_bomb(&many(20_000, div)));
        // Closed where the end of it does not count.
        assert!(is_bomb(&many(5_000, |_| "<div><marquee></div></marquee>".into())));
        assert!(is_bomb(&many(5_000, |_| "<div><style></div></style>".into())));
        assert!(is_bomb(&many(5_000, |_| "<div><!-- </div> --><p title='</div>'>".into())));
        let fonts = |n| many(n, |it| format!("<font color={it}>"));
        assert!(is_bomb(&format!("<p>{}{}", fonts(1_000), "<p>x".repeat(1_000))));
        assert!(is_bomb(&"<b>x</b>".repeat(500_000)));
        assert!(is_bomb(&format!("<p {}>", many(40_000, |it| format!("a{it}=1 ")))));
        assert!(is_bomb(&format!("<p{}>", many(40_000, |it| format!("/a{it}")))));
    }

    #[test]
    fn what_is_only_long_is_not() {
        let row = |it| {
            format!("<tr><td><font size=2><b>{it}</b> <a href='https://example.com/{it}'>x</a><br></td>")
        };
        assert!(!is_bomb(&format!("<table>{}", many(20_000, row))));
        assert!(!is_bomb(&many(20_000, |it| format!("<p>unclosed {it}<li>{it}"))));
        let quoted = many(350, |_| "<blockquote>".into());
        assert!(super::is_bomb(&quoted, 300) && !is_bomb(&quoted));
        let thread = many(300, |_| "<div><blockquote>a<br>".into());
        assert!(!is_bomb(&format!("{thread}{}", "</blockquote></div>".repeat(300))));
        let base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let picture = base64.repeat(20_000);
        assert!(!is_bomb(&format!("<p>See<img src=\"data:image/png;base64,{picture}\" alt=\"\">")));
        assert!(!is_bomb(&format!("<style>{}</style>", "p { margin: 0; }\n".repeat(20_000))));
        assert!(!is_bomb(&"words and more words. ".repeat(50_000)));
        assert!(!is_bomb("<p>short"));
    }
}
