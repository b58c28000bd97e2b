//! The specification made whole: what holds for every route is said here once, by rules over the document
//! that the routes make. Headers and statuses follow from what a route says of itself: a 412 that it reads
//! `If-Match`, a 409 of a POST that it reads `Idempotency-Key`.

mod examples;
mod sample;
mod words;

use serde_json::{Value, json};
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::{Components, Content, OpenApi, PathItem, Ref, RefOr, Required, Response};

use sample::Samples;

/// What a status says; of a problem also the name of its answer and the stable word of its `type`.
struct Status {
    code: &'static str,
    says: &'static str,
    problem: Option<(&'static str, &'static str)>,
}

const fn good(code: &'static str, says: &'static str) -> Status {
    Status { code, says, problem: None }
}

const fn bad(code: &'static str, name: &'static str, word: &'static str, says: &'static str) -> Status {
    Status { code, says, problem: Some((name, word)) }
}

const STATUSES: [Status; 18] = [
    good("200", "The answer."),
    good("201", "It was made; `Location` is its address."),
    good("202", "Accepted: it will be done."),
    good("204", "Done; there is nothing to tell."),
    good("206", "The range that was asked for."),
    good("304", "As it was: `If-None-Match` names its present state."),
    bad("400", "BadRequest", "invalid", "Bad input; `errors` names the fields."),
    bad("401", "Unauthorized", "unauthorized", "No credentials, or wrong ones."),
    bad("403", "Forbidden", "forbidden", "Not for this role or key, or not from this site."),
    bad(
        "404",
        "NotFound",
        "not-found",
        "Nothing is there under this id, or nothing that the caller may see.",
    ),
    bad(
        "409",
        "Conflict",
        "conflict",
        "It contradicts what is there. Also: an `Idempotency-Key` that came with another body, or whose first request is still under way.",
    ),
    bad(
        "412",
        "PreconditionFailed",
        "precondition-failed",
        "It has changed since it was read: `If-Match` names another state.",
    ),
    bad("413", "TooLarge", "too-large", "The body, or a file, is too large."),
    bad("415", "UnsupportedMediaType", "unsupported-media-type", "The body is of another content type."),
    bad("416", "RangeNotSatisfiable", "range-not-satisfiable", "The file has no such range."),
    bad("422", "Unprocessable", "unprocessable", "Well-formed, but it cannot be done."),
    bad("429", "TooManyRequests", "too-many-requests", "Too many calls, or too many failed logins."),
    bad("503", "Unavailable", "unavailable", "Something that it needs is down."),
];

/// Objects that are answered with an `ETag` at addresses that take no `If-Match`.
const TAGGED: [&str; 2] = ["/api/CustomerReps/me", "/api/File/{accessToken}"];

/// Puts into the document what the routes do not say themselves.
pub fn complete(document: &mut OpenApi) {
    let mut components = document.components.take().unwrap_or_default();
    for schema in components.schemas.values_mut() {
        sample::describe(schema);
    }
    add_shared(&mut components);
    let samples = Samples::new(&components.schemas);
    for (path, item) in &mut document.paths.paths {
        let guarded = operations(item).iter().any(|(method, it)| *method != "post" && has(it, "412"));
        for (method, operation) in operations(item) {
            complete_operation(path, method, operation, guarded, &samples);
        }
    }
    document.components = Some(components);
}

fn operations(item: &mut PathItem) -> Vec<(&'static str, &mut Operation)> {
    [
        ("get", &mut item.get),
        ("post", &mut item.post),
        ("put", &mut item.put),
        ("patch", &mut item.patch),
        ("delete", &mut item.delete),
    ]
    .into_iter()
    .filter_map(|(method, it)| Some((method, it.as_mut()?)))
    .collect()
}

fn has(operation: &Operation, status: &str) -> bool {
    operation.responses.responses.contains_key(status)
}

fn complete_operation(
    path: &str,
    method: &str,
    operation: &mut Operation,
    guarded: bool,
    samples: &Samples<'_>,
) {
    let id = operation.operation_id.clone().unwrap_or_default();
    let tagged = method == "get" && (TAGGED.contains(&path) || guarded && !answers_page(operation));
    let reads_key = method == "post"
        && has(operation, "409")
        && !path.starts_with("/api/Auth/")
        && path != "/api/ApiKeys";
    let reads_match = method != "post" && has(operation, "412");
    // HTTP Basic shares the login's throttle.
    let takes_passwords = operation
        .security
        .as_ref()
        .is_none_or(|it| serde_json::to_string(it).is_ok_and(|it| it.contains("basic")));
    // A database can always be down.
    let also = [(tagged, "304"), (reads_key, "400"), (takes_passwords, "429"), (true, "503")];
    let responses = &mut operation.responses.responses;
    for (_, status) in also.into_iter().filter(|it| it.0) {
        responses.entry(status.into()).or_insert_with(|| RefOr::T(Response::new("")));
    }
    for (status, response) in responses.iter_mut() {
        complete_response(&id, status, response, tagged, samples);
    }
    if let Some(RefOr::T(body)) = &mut operation.request_body {
        for (kind, content) in &mut body.content {
            add_example(&id, kind, content, samples);
        }
    }
    let mut parameters = operation.parameters.take().unwrap_or_default();
    for parameter in &mut parameters {
        if let RefOr::T(parameter) = parameter {
            describe_parameter(path, parameter);
        }
    }
    for (wanted, name) in [(reads_key, "IdempotencyKey"), (reads_match, "IfMatch"), (tagged, "IfNoneMatch")] {
        if wanted {
            parameters.push(RefOr::Ref(Ref::new(format!("#/components/parameters/{name}"))));
        }
    }
    operation.parameters = Some(parameters).filter(|it| !it.is_empty());
}

fn answers_page(operation: &Operation) -> bool {
    let Some(RefOr::T(response)) = operation.responses.responses.get("200") else { return false };
    response.content.values().any(|it| {
        matches!(it, RefOr::T(Content { schema: Some(RefOr::Ref(it)), .. }) if it.ref_location.contains("Page"))
    })
}

fn complete_response(
    id: &str,
    status: &str,
    response: &mut RefOr<Response>,
    tagged: bool,
    samples: &Samples<'_>,
) {
    let Some(known) = STATUSES.iter().find(|it| it.code == status) else { return };
    let RefOr::T(inner) = response else { return };
    if let Some((name, _)) = known.problem {
        let mut shared = Ref::new(format!("#/components/responses/{name}"));
        shared.description.clone_from(&inner.description);
        *response = RefOr::Ref(shared);
        return;
    }
    if inner.description.is_empty() {
        known.says.clone_into(&mut inner.description);
    }
    let mut add = |name: &str| {
        inner
            .headers
            .entry(name.into())
            .or_insert_with(|| RefOr::Ref(Ref::new(format!("#/components/headers/{name}"))));
    };
    if status == "201" {
        add("Location");
    }
    if tagged {
        add("ETag");
    }
    let place = format!("{id} {status}");
    for (kind, content) in &mut inner.content {
        add_example(&place, kind, content, samples);
    }
}

/// `place` is the operation, of an answer with its status.
fn add_example(place: &str, kind: &str, content: &mut RefOr<Content>, samples: &Samples<'_>) {
    let RefOr::T(content) = content else { return };
    let is_json = kind.ends_with("json");
    if !is_json && kind != "multipart/form-data" {
        // What is no JSON is bytes, not a list of numbers.
        content.schema = Some(text().into());
    }
    if content.example.is_some() {
        return;
    }
    content.example = samples.body(place, kind).or_else(|| {
        let schema = content.schema.as_ref().filter(|_| is_json)?;
        Some(samples.of(schema))
    });
}

fn describe_parameter(path: &str, parameter: &mut Parameter) {
    if parameter.description.as_ref().is_some_and(|it| !it.is_empty()) {
        return;
    }
    parameter.description = if parameter.name == "id" {
        Some(format!("The id of the {}.", noun_before_id(path)))
    } else {
        let found = words::PARAMETERS.iter().find(|it| it.0 == parameter.name);
        found.map(|it| it.1.to_owned())
    };
}

/// What stands before `{id}` in a path, as a word: `EndUsers` is an end user.
fn noun_before_id(path: &str) -> String {
    let segment = path.split("/{id}").next().and_then(|it| it.rsplit('/').next()).unwrap_or_default();
    let mut noun = String::new();
    for letter in segment.trim_end_matches('s').chars() {
        if letter.is_uppercase() && !noun.is_empty() {
            noun.push(' ');
        }
        noun.extend(letter.to_lowercase());
    }
    noun
}

fn text() -> Schema {
    ObjectBuilder::new().schema_type(Type::String).into()
}

fn key() -> Schema {
    ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(255)).into()
}

/// The parameters, headers and problems that operations refer to.
fn add_shared(components: &mut Components) {
    let parameters = [
        (
            "IdempotencyKey",
            "Idempotency-Key",
            key(),
            "The same key again gets the first answer again, for 24 hours, and nothing is done twice. It belongs to the caller, the method and the path.",
        ),
        (
            "IfMatch",
            "If-Match",
            text(),
            "The `ETag` of the state that is to be changed: 412 where there is another by now. Without it the last write wins.",
        ),
        (
            "IfNoneMatch",
            "If-None-Match",
            text(),
            "The `ETag` of a state that the caller has: 304 where it is still the same.",
        ),
    ];
    for (key, name, schema, says) in parameters {
        let it = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Header);
        let it = it.required(Required::False).description(Some(says)).schema(Some(schema)).build();
        components.parameters.insert(key.into(), RefOr::T(it));
    }
    let headers = [
        (
            "ETag",
            "Names the state of the object: for `If-Match` and `If-None-Match`.",
            json!("\"b4b1c9e0f0a94cb1a2c1d7f3a8f1d5c2\""),
        ),
        ("Location", "The address of what was made.", json!("/api/tickets/123")),
        ("Retry-After", "Seconds to wait before the next try.", json!("5")),
        ("WWW-Authenticate", "The ways to sign in.", json!("Bearer, Basic realm=\"answerpal\"")),
        ("Content-Range", "The length of the file.", json!("bytes */48213")),
    ];
    for (name, says, example) in headers {
        components.headers.insert(name.into(), RefOr::T(header(says, example)));
    }
    for status in &STATUSES {
        if let Some((name, word)) = status.problem {
            components.responses.insert(name.into(), RefOr::T(problem(status, word)));
        }
    }
}

fn header(says: &str, example: Value) -> Header {
    let mut header = HeaderBuilder::new().schema(Some(text())).description(Some(says)).build();
    header.example = Some(example);
    header
}

fn problem(status: &Status, word: &str) -> Response {
    let mut response = Response::new(status.says);
    let mut content = Content::new(Some(Ref::from_schema_name("Problem")));
    let code: u16 = status.code.parse().unwrap_or_default();
    let title = axum::http::StatusCode::from_u16(code).ok().and_then(|it| it.canonical_reason());
    let mut example = json!({
        "type": format!("/problems/{word}"),
        "title": title,
        "status": code,
        "detail": status.says,
        "traceId": "4bf92f3577b34da6a3ce929d0e0e4736",
    });
    if code == 400 {
        example["detail"] = json!("channelID does not exist.");
        example["errors"] = json!({ "channelID": ["does not exist"] });
    }
    content.example = Some(example);
    response.content.insert("application/problem+json".into(), RefOr::T(content));
    let name = match code {
        401 => "WWW-Authenticate",
        416 => "Content-Range",
        429 | 503 => "Retry-After",
        _ => return response,
    };
    response.headers.insert(name.into(), RefOr::Ref(Ref::new(format!("#/components/headers/{name}"))));
    response
}

#[cfg(test)]
mod tests {
    use super::{examples, words};

    #[test]
    fn no_word_and_no_example_is_left_over() {
        let document = serde_json::to_string(crate::api::openapi()).unwrap();
        let properties = words::PROPERTIES.iter().map(|it| format!("\"{}\":", it.0));
        let parameters = words::PARAMETERS.iter().map(|it| format!("\"name\":\"{}\"", it.0));
        let bodies = examples::BODIES.iter().map(|it| format!("\"{}\"", it.0.split(' ').next().unwrap()));
        for name in properties.chain(parameters).chain(bodies) {
            assert!(document.contains(&name), "{name} is nowhere");
        }
        for (name, _, example) in words::PROPERTIES {
            let is_json = |it: &str| serde_json::from_str::<serde_json::Value>(it).is_ok();
            assert!(example.is_empty() || is_json(example), "the example of {name} is no JSON");
        }
        for (name, example) in examples::BODIES {
            assert!(serde_json::from_str::<serde_json::Value>(example).is_ok(), "{name} is no JSON");
        }
    }
}
