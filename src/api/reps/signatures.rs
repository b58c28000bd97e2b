//! `/api/CustomerReps/{id}/signatures`. The list is a bare array; the signature of the language `""` is
//! the one that the rep shows.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::change::Change;
use crate::api::extract::{Id, parse_id};
use crate::api::problem::Problem;
use crate::api::reply::{Reply, json, single};
use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::fields;
use crate::domain::reps::signatures as domain;
use crate::error::{Error, Result};
use crate::model::{CustomerId, CustomerRepId};
use crate::store::Conn;
use crate::store::reps::profiles;
use crate::store::reps::signatures::{self as store, Signature};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_signatures, create_signature)).routes(routes!(
        get_signature,
        put_signature,
        post_signature,
        delete_signature
    ))
}

#[derive(Serialize, ToSchema)]
pub struct SignatureOut {
    #[serde(rename = "customerRepID")]
    customer_rep_id: CustomerRepId,
    /// In lower case; empty for the default.
    #[schema(example = "de")]
    lang: String,
    #[serde(rename = "emailSignatureHTML")]
    html: Option<String>,
    #[serde(rename = "emailSignatureText")]
    text: Option<String>,
}

impl SignatureOut {
    fn new(rep: CustomerRepId, it: Signature) -> Self {
        Self { customer_rep_id: rep, lang: it.lang, html: it.signature_html, text: it.signature_text }
    }
}

#[derive(Deserialize, ToSchema)]
pub struct SignatureIn {
    /// A language tag; needed where the path has none.
    #[schema(example = "de")]
    lang: Option<String>,
    /// At most 100,000 characters, as the text.
    #[serde(rename = "emailSignatureHTML")]
    html: Option<String>,
    #[serde(rename = "emailSignatureText")]
    text: Option<String>,
}

/// The rep and the language of a path.
struct Address(CustomerRepId, String);

impl axum::extract::FromRequestParts<App> for Address {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut axum::http::request::Parts, app: &App) -> Result<Self> {
        let Path((id, lang)) =
            Path::<(String, String)>::from_request_parts(parts, app).await.map_err(|_| Error::NotFound)?;
        Ok(Self(CustomerRepId(parse_id(&id)?), lang))
    }
}

async fn find(conn: &mut Conn, customer: CustomerId, rep: CustomerRepId, lang: &str) -> Result<SignatureOut> {
    let lang = fields::language("lang", lang).map_err(|_| Error::NotFound)?;
    let found = store::find(conn, customer, rep, &lang).await?.ok_or(Error::NotFound)?;
    Ok(SignatureOut::new(rep, found))
}

/// Every signature of a rep, by language.
#[utoipa::path(get, path = "/api/CustomerReps/{id}/signatures", tag = "CustomerReps", params(("id" = i64, Path)),
    responses((status = 200, body = Vec<SignatureOut>), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn list_signatures(State(app): State<App>, caller: Caller, Id(id): Id) -> Result<Response> {
    caller.may_read()?;
    let mut conn = app.store.read().await?;
    let rep = profiles::get(&mut conn, caller.customer, CustomerRepId(id)).await?.customer_rep_id;
    let signatures = store::list(&mut conn, caller.customer, rep).await?;
    json(&signatures.into_iter().map(|it| SignatureOut::new(rep, it)).collect::<Vec<_>>())
}

/// A rep's signature in one language.
#[utoipa::path(get, path = "/api/CustomerReps/{id}/signatures/{lang}", tag = "CustomerReps", params(("id" = i64, Path), ("lang" = String, Path)),
    responses((status = 200, body = SignatureOut), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn get_signature(
    State(app): State<App>,
    caller: Caller,
    Address(rep, lang): Address,
    headers: HeaderMap,
) -> Result<Response> {
    caller.may_read()?;
    let mut conn = app.store.read().await?;
    single(&headers, &find(&mut conn, caller.customer, rep, &lang).await?)
}

/// Makes a signature (201), or changes the one that the language has (200).
#[utoipa::path(post, path = "/api/CustomerReps/{id}/signatures", tag = "CustomerReps", params(("id" = i64, Path)), request_body = SignatureIn,
    responses((status = 200, body = SignatureOut), (status = 201, body = SignatureOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn create_signature(
    State(app): State<App>,
    Id(id): Id,
    mut change: Change<SignatureIn>,
) -> Result<Response> {
    let lang = change.input.lang.take().ok_or_else(|| Error::invalid("lang", "is required"))?;
    write(app, Address(CustomerRepId(id), lang), change, made).await
}

/// The same with the language in the path.
#[utoipa::path(post, path = "/api/CustomerReps/{id}/signatures/{lang}", tag = "CustomerReps", params(("id" = i64, Path), ("lang" = String, Path)), request_body = SignatureIn,
    responses((status = 200, body = SignatureOut), (status = 201, body = SignatureOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn post_signature(
    State(app): State<App>,
    address: Address,
    change: Change<SignatureIn>,
) -> Result<Response> {
    write(app, address, change, made).await
}

/// Makes or changes a signature: a rep their own, an Administrator anybody's.
#[utoipa::path(put, path = "/api/CustomerReps/{id}/signatures/{lang}", tag = "CustomerReps", params(("id" = i64, Path), ("lang" = String, Path)), request_body = SignatureIn,
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 412, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn put_signature(
    State(app): State<App>,
    address: Address,
    change: Change<SignatureIn>,
) -> Result<Response> {
    write(app, address, change, |_, _| Ok(Reply::no_content())).await
}

fn made(out: SignatureOut, is_new: bool) -> Result<Reply> {
    let location = format!("/api/CustomerReps/{}/signatures/{}", out.customer_rep_id, out.lang);
    let reply = Reply::created(location, &out)?;
    Ok(if is_new { reply } else { Reply { status: StatusCode::OK, location: None, ..reply } })
}

async fn write(
    app: App,
    Address(rep, lang): Address,
    Change { caller, input, guard }: Change<SignatureIn>,
    reply: fn(SignatureOut, bool) -> Result<Reply>,
) -> Result<Response> {
    caller.may_manage_user(rep)?;
    let customer = caller.customer;
    guard
        .write(&app, customer, move |tx, guard| {
            Box::pin(async move {
                profiles::get(tx, customer, rep).await?;
                if guard.has_precondition() {
                    let current = find(tx, customer, rep, &lang).await;
                    guard.check(&current.map_err(|_| Error::PreconditionFailed)?)?;
                }
                let given = (input.html, input.text);
                let (kept, is_new) = domain::put(tx, customer, caller.actor(), rep, &lang, given).await?;
                reply(SignatureOut::new(rep, kept), is_new)
            })
        })
        .await
}

/// Deletes the signature of a language.
#[utoipa::path(delete, path = "/api/CustomerReps/{id}/signatures/{lang}", tag = "CustomerReps", params(("id" = i64, Path), ("lang" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 412, body = Problem)))]
async fn delete_signature(
    State(app): State<App>,
    Address(rep, lang): Address,
    Change { caller, guard, .. }: Change,
) -> Result<Response> {
    caller.may_manage_user(rep)?;
    guard
        .write(&app, caller.customer, move |tx, guard| {
            Box::pin(async move {
                let current = find(tx, caller.customer, rep, &lang).await?;
                guard.check(&current)?;
                domain::delete(tx, caller.customer, caller.actor(), rep, &current.lang).await?;
                Ok(Reply::no_content())
            })
        })
        .await
}
