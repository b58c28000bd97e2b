//! JSON Patch (RFC 6902) and merge patch (RFC 7396) of a ticket.

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use json_patch::{PatchErrorKind, PatchOperation};
use serde_json::{Map, Value};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::TicketIn;
use super::out::ticket_out;
use super::write::lock;
use crate::api::change::Change;
use crate::api::extract::Id;
use crate::api::problem::Problem;
use crate::api::reply::Reply;
use crate::app::App;
use crate::domain::tickets::change::{self as domain, MOST_NESTED, TicketChange, nesting};
use crate::error::{Error, Result};
use crate::model::{CustomerRepId, TicketId};

const MOST_OPERATIONS: usize = 1000;
/// Copying can double the document with each operation.
const LARGEST_DOCUMENT: usize = 1024 * 1024;
const CUSTOM_FIELDS: &str = "customFieldsData";

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(patch_ticket))
}

enum Patch {
    Operations(Vec<PatchOperation>),
    Merge(Map<String, Value>),
}

impl Patch {
    fn read(headers: &HeaderMap, body: Value) -> Result<Self> {
        let kind = headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match (kind.as_str(), body) {
            (_, Value::Object(fields)) if fields.is_empty() => Ok(Self::Merge(fields)),
            ("application/json-patch+json", body) => {
                let patch: json_patch::Patch = serde_json::from_value(with_folded_members(body))
                    .map_err(|error| Error::invalid("body", format!("is no JSON Patch: {error}")))?;
                if patch.0.len() > MOST_OPERATIONS {
                    return Err(Error::invalid(
                        "body",
                        format!("may have at most {MOST_OPERATIONS} operations"),
                    ));
                }
                Ok(Self::Operations(patch.0))
            }
            ("application/merge-patch+json" | "application/json" | "text/json", Value::Object(fields)) => {
                Ok(Self::Merge(fields))
            }
            ("application/merge-patch+json" | "application/json" | "text/json", _) => {
                Err(Error::invalid("body", "must be an object"))
            }
            _ => Err(Error::UnsupportedMediaType(
                "The body must be application/json-patch+json or application/merge-patch+json.".into(),
            )),
        }
    }

    /// The change that leads from the current representation to the patched one.
    fn change(self, current: Map<String, Value>) -> Result<TicketChange> {
        let patched = match self {
            Self::Operations(operations) => operate(operations, &current)?,
            Self::Merge(fields) => merge(fields, &current),
        };
        let mut given = Map::new();
        let mut cleared = Vec::new();
        for (name, before) in current {
            match patched.get(&name).unwrap_or(&Value::Null) {
                after if *after == before => {}
                after if !TicketIn::NAMES.contains(&name.as_str()) => {
                    if !is_same_time(&before, after) {
                        return Err(Error::invalid(name, "cannot be changed"));
                    }
                }
                Value::Null => cleared.push(name),
                after => {
                    given.insert(name, after.clone());
                }
            }
        }
        let mut change: TicketChange = answerpal_wire::from_value::<TicketIn>(Value::Object(given))?.into();
        for name in cleared {
            clear(&mut change, &name)?;
        }
        Ok(change)
    }
}

/// Whether both are the same time, which clients may write with another offset or fraction than they read.
fn is_same_time(a: &Value, b: &Value) -> bool {
    let time = |it: &Value| it.as_str().and_then(answerpal_wire::time::parse);
    time(a).is_some() && time(a) == time(b)
}

/// The name that the representation has for a property, whatever case it is written in.
fn spelled<'a>(name: &str, current: &'a Map<String, Value>) -> Option<&'a String> {
    current.get_key_value(name).map(|it| it.0).or_else(|| {
        let folded = name.to_lowercase();
        current.keys().find(|it| it.to_lowercase() == folded)
    })
}

fn merge(fields: Map<String, Value>, current: &Map<String, Value>) -> Map<String, Value> {
    let mut patched = current.clone();
    let (exact, folded): (Vec<_>, Vec<_>) = fields.into_iter().partition(|it| current.contains_key(&it.0));
    for (name, value) in folded.into_iter().chain(exact) {
        let Some(name) = spelled(&name, current) else { continue };
        if name == CUSTOM_FIELDS && value.is_object() {
            json_patch::merge(patched.entry(name).or_insert(Value::Null), &value);
        } else {
            patched.insert(name.clone(), value);
        }
    }
    patched
}

fn operate(operations: Vec<PatchOperation>, current: &Map<String, Value>) -> Result<Map<String, Value>> {
    let mut document = Value::Object(current.clone());
    for operation in operations {
        let copies = matches!(operation, PatchOperation::Copy(_));
        let operation = with_spelled_paths(operation, current)?;
        json_patch::patch(&mut document, &[operation]).map_err(|error| match error.kind {
            PatchErrorKind::TestFailed => {
                Error::Conflict("A test of the patch failed: nothing was changed.".into())
            }
            kind => Error::invalid(error.path.to_string(), format!("cannot be patched: {kind}")),
        })?;
        if nesting(&document) > MOST_NESTED + 1 || copies && document.to_string().len() > LARGEST_DOCUMENT {
            return Err(Error::invalid("body", "makes the ticket too large"));
        }
    }
    match document {
        Value::Object(document) => Ok(document),
        _ => Err(Error::invalid("body", "must leave the ticket an object")),
    }
}

/// The members of operations, as of all objects, in any case.
fn with_folded_members(mut body: Value) -> Value {
    for operation in body.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
        for member in ["op", "path", "from", "value"] {
            let found = operation.keys().find(|it| it.eq_ignore_ascii_case(member)).cloned();
            if let Some(found) = found.filter(|_| !operation.contains_key(member))
                && let Some(value) = operation.remove(&found)
            {
                operation.insert(member.into(), value);
            }
        }
    }
    body
}

/// The first segment of a path is a property of the ticket: any case.
fn with_spelled_paths(operation: PatchOperation, current: &Map<String, Value>) -> Result<PatchOperation> {
    let mut operation = serde_json::to_value(operation)?;
    for member in ["path", "from"] {
        let Some(Value::String(path)) = operation.get_mut(member) else { continue };
        let (first, rest) = path[path.len().min(1)..].split_once('/').map_or_else(
            || (path.get(1..).unwrap_or_default(), String::new()),
            |(first, rest)| (first, format!("/{rest}")),
        );
        if let Some(name) = spelled(first, current) {
            *path = format!("/{name}{rest}");
        }
    }
    Ok(serde_json::from_value(operation)?)
}

fn clear(change: &mut TicketChange, name: &str) -> Result<()> {
    match name {
        "subject" => change.subject = Some(None),
        "channelType" => change.channel_types[0] = Some(None),
        "channel" => change.channel_types[1] = Some(None),
        "endUserID" => change.end_user = Some(None),
        "customerRepID" => change.rep = Some(CustomerRepId(0)),
        "escalated" => change.escalated = Some(false),
        "isSpam" => change.is_spam = Some(false),
        "isClosed" => change.is_closed = Some(false),
        "closeDate" => change.close_date = Some(None),
        "uid" => change.uid = Some(None),
        "preview" => change.preview = Some(None),
        "summary" => change.summary = Some(None),
        "twilio_CallSid" => change.twilio_call_sid = Some(None),
        CUSTOM_FIELDS => change.custom_fields_data = Some(None),
        _ => return Err(Error::invalid(name, "cannot be cleared")),
    }
    Ok(())
}

/// Changes a ticket by JSON Patch or merge patch, which one the content type says. `null` in a merge
/// patch clears a field. Read-only properties may be sent as they are, not changed.
#[utoipa::path(patch, path = "/api/tickets/{id}", tag = "Tickets", params(("id" = i64, Path)),
    request_body(content((Vec<Object> = "application/json-patch+json"), (TicketIn = "application/merge-patch+json"), (TicketIn = "application/json"))),
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem), (status = 413, body = Problem),
        (status = 415, body = Problem)))]
async fn patch_ticket(
    State(app): State<App>,
    Id(id): Id,
    headers: HeaderMap,
    Change { caller, input, guard }: Change<Value>,
) -> Result<Response> {
    caller.may_write()?;
    let patch = Patch::read(&headers, input)?;
    let shared = app.clone();
    guard
        .write(&app, caller.customer, move |tx, guard| {
            Box::pin(async move {
                let before = lock(tx, &shared, &caller, guard, TicketId(id)).await?;
                let out = ticket_out(&shared, tx, caller.customer, TicketId(id)).await?;
                let Value::Object(mut current) = serde_json::to_value(&out)? else {
                    return Err(Error::internal("a ticket is no object"));
                };
                current.insert("twilio_CallSid".into(), before.twilio_call_sid.clone().into());
                let change = patch.change(current)?;
                domain::update(tx, caller.customer, caller.actor(), &before, change).await?;
                Ok(Reply::no_content())
            })
        })
        .await
}
