//! Paths as clients write them: with or without `/api`, fixed segments in any case and percent-encoded or
//! not. Ids and tokens are left as they are.

use std::borrow::Cow;
use std::collections::HashMap;

use axum::body::Body;
use axum::http::{Request, Uri};

/// The fixed segments of every route, as a tree.
#[derive(Default)]
pub struct Paths {
    root: Node,
}

#[derive(Default)]
struct Node {
    /// By lower case: the spelling of the route.
    fixed: HashMap<String, (String, Node)>,
    parameter: Option<Box<Node>>,
    ends: bool,
}

impl Paths {
    pub fn new<'a>(templates: impl Iterator<Item = &'a str>) -> Self {
        let mut paths = Self::default();
        for template in templates {
            let mut node = &mut paths.root;
            for segment in template.split('/').skip(1) {
                node = if segment.starts_with('{') {
                    node.parameter.get_or_insert_default()
                } else {
                    let entry = node.fixed.entry(segment.to_lowercase());
                    &mut entry.or_insert_with(|| (segment.to_owned(), Node::default())).1
                };
            }
            node.ends = true;
        }
        paths
    }

    /// The path as the routes spell it, where there is such a route.
    pub fn canonical(&self, path: &str) -> Option<String> {
        let path = path.strip_suffix('/').filter(|it| !it.is_empty()).unwrap_or(path);
        let segments: Vec<&str> = path.split('/').skip(1).collect();
        let mut out = Vec::with_capacity(segments.len() + 1);
        if walk(&self.root, &segments, &mut out) {
            return Some(join(&out));
        }
        out.clear();
        let (_, api) = self.root.fixed.get("api")?;
        out.push("api");
        walk(api, &segments, &mut out).then(|| join(&out))
    }

    /// Rewrites the request's path; leaves it where no route fits.
    pub fn fold(&self, mut request: Request<Body>) -> Request<Body> {
        let path = request.uri().path();
        if let Some(canonical) = self.canonical(path)
            && canonical != path
        {
            let with_query = match request.uri().query() {
                Some(query) => format!("{canonical}?{query}"),
                None => canonical,
            };
            let mut parts = request.uri().clone().into_parts();
            parts.path_and_query = with_query.parse().ok();
            if let Ok(uri) = Uri::from_parts(parts) {
                *request.uri_mut() = uri;
            }
        }
        request
    }
}

fn walk<'a>(node: &'a Node, segments: &[&'a str], out: &mut Vec<&'a str>) -> bool {
    let Some((segment, rest)) = segments.split_first() else { return node.ends };
    let found = match node.fixed.get(*segment) {
        Some(found) => Some(found),
        None => node.fixed.get(&decoded(segment).to_lowercase()),
    };
    if let Some((spelling, next)) = found {
        out.push(spelling);
        if walk(next, rest, out) {
            return true;
        }
        out.pop();
    }
    if let Some(next) = &node.parameter
        && !segment.is_empty()
    {
        out.push(segment);
        if walk(next, rest, out) {
            return true;
        }
        out.pop();
    }
    false
}

/// What the percent signs of a segment stand for; the segment itself where that is no text.
fn decoded(segment: &str) -> Cow<'_, str> {
    if segment.contains('%') {
        percent_encoding::percent_decode_str(segment).decode_utf8().unwrap_or(segment.into())
    } else {
        segment.into()
    }
}

fn join(segments: &[&str]) -> String {
    let mut path = String::with_capacity(segments.iter().map(|it| it.len() + 1).sum());
    for segment in segments {
        path.push('/');
        path.push_str(segment);
    }
    path
}

#[cfg(test)]
mod tests {
    use super::Paths;

    #[test]
    fn fixed_segments_fold_and_parameters_do_not() {
        let paths = Paths::new(
            [
                "/api/tickets",
                "/api/tickets/{id}",
                "/api/tickets/bulk",
                "/api/ticketMessages/{id}/open.gif",
                "/healthz",
            ]
            .into_iter(),
        );
        assert_eq!(paths.canonical("/Tickets").as_deref(), Some("/api/tickets"));
        assert_eq!(paths.canonical("/API/TICKETS/Bulk").as_deref(), Some("/api/tickets/bulk"));
        assert_eq!(
            paths.canonical("/ticketmessages/AbC/OPEN.gif").as_deref(),
            Some("/api/ticketMessages/AbC/open.gif")
        );
        assert_eq!(paths.canonical("/api/tickets/"), Some("/api/tickets".into()));
        assert_eq!(paths.canonical("/healthz").as_deref(), Some("/healthz"));
        assert_eq!(paths.canonical("/nothing"), None);
        assert_eq!(paths.canonical("/%61pi/%74ickets/b%75LK").as_deref(), Some("/api/tickets/bulk"));
        assert_eq!(paths.canonical("/api/tickets/%31%32").as_deref(), Some("/api/tickets/%31%32"));
        for other in ["/api%2Ftickets", "/api/%2574ickets", "/api/ticket%", "/api/%FFtickets"] {
            assert_eq!(paths.canonical(other), None, "{other}");
        }
    }
}
