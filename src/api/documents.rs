//! `/api/Documents`.

mod convert;
mod shapes;
mod uses;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::change::Change;
use super::extract::{Id, Query};
use super::list::{DOCUMENT_LIST, Listing};
use super::problem::Problem;
use super::reply::{Reply, json, single};
use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::documents as domain;
use crate::error::Result;
use crate::model::DocumentId;
use crate::store::{Contains, documents as store};
use shapes::{DocumentIn, DocumentOut, DocumentPage, DocumentQuery, OneDocumentQuery};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_documents, create_document))
        .routes(routes!(get_document, update_document, delete_document))
        .merge(convert::routes())
        .merge(uses::routes())
}

/// A page of documents, by name.
#[utoipa::path(get, path = "/api/Documents", tag = "Documents", params(DocumentQuery),
    responses((status = 200, body = DocumentPage), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn list_documents(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<DocumentQuery>,
) -> Result<Response> {
    caller.may_read()?;
    let listing = Listing::new(query.page_number, query.page_size, DOCUMENT_LIST);
    let order = listing.order(
        query.sort_by.as_deref(),
        query.sort_order.as_deref(),
        store::SORTS,
        ("name", false),
    )?;
    let search = Contains::new(query.search.as_deref());
    let (customer, limit, offset) = (caller.customer, listing.limit(), listing.offset());
    // A page may be the whole list, contents included.
    let (documents, total) = app
        .store
        .heavy(move |conn| {
            Box::pin(async move {
                let documents = store::list(conn, customer, &search, &order, limit, offset).await?;
                Ok((documents, store::count(conn, customer, &search).await?))
            })
        })
        .await?;
    let items = documents.into_iter().map(|it| DocumentOut::new(&app, it)).collect::<Result<_>>()?;
    json(&DocumentPage::new(items, total, &listing))
}

/// One document.
#[utoipa::path(get, path = "/api/Documents/{id}", tag = "Documents", params(("id" = i64, Path), OneDocumentQuery),
    responses((status = 200, body = DocumentOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn get_document(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    Query(query): Query<OneDocumentQuery>,
    headers: HeaderMap,
) -> Result<Response> {
    caller.may_read()?;
    let mut conn = app.store.read().await?;
    let mut document = store::get(&mut conn, caller.customer, DocumentId(id)).await?;
    if query.replace_placeholders.unwrap_or(false)
        && let Some(content) = &document.content
    {
        document.content = Some(domain::fill(&mut conn, caller.customer, content).await?);
    }
    single(&headers, &DocumentOut::new(&app, document)?)
}

/// Makes a document.
#[utoipa::path(post, path = "/api/Documents", tag = "Documents", request_body = DocumentIn,
    responses((status = 201, body = DocumentOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn create_document(
    State(app): State<App>,
    Change { caller, input, guard }: Change<DocumentIn>,
) -> Result<Response> {
    caller.may_manage_settings()?;
    let state = app.clone();
    guard
        .write(&app, caller.customer, move |tx, _| {
            Box::pin(async move {
                let document =
                    domain::create(tx, &state, caller.customer, caller.actor(), input.into()).await?;
                let location = format!("/api/Documents/{}", document.document_id);
                Reply::created(location, &DocumentOut::new(&state, document)?)
            })
        })
        .await
}

/// Changes the fields given.
#[utoipa::path(put, path = "/api/Documents/{id}", tag = "Documents", params(("id" = i64, Path)), request_body = DocumentIn,
    responses((status = 200, body = DocumentOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 412, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn update_document(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, input, guard }: Change<DocumentIn>,
) -> Result<Response> {
    caller.may_manage_settings()?;
    let state = app.clone();
    guard
        .write(&app, caller.customer, move |tx, guard| {
            Box::pin(async move {
                let before = store::get(tx, caller.customer, DocumentId(id)).await?;
                guard.check(&DocumentOut::new(&state, before.clone())?)?;
                let document =
                    domain::update(tx, &state, caller.customer, caller.actor(), before, input.into()).await?;
                Reply::ok(&DocumentOut::new(&state, document)?)
            })
        })
        .await
}

/// Deletes a document and its links to topics.
#[utoipa::path(delete, path = "/api/Documents/{id}", tag = "Documents", params(("id" = i64, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 412, body = Problem)))]
async fn delete_document(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, guard, .. }: Change,
) -> Result<Response> {
    caller.may_manage_settings()?;
    let state = app.clone();
    guard
        .write(&app, caller.customer, move |tx, guard| {
            Box::pin(async move {
                let before = store::get(tx, caller.customer, DocumentId(id)).await?;
                guard.check(&DocumentOut::new(&state, before)?)?;
                domain::delete(tx, caller.customer, caller.actor(), DocumentId(id)).await?;
                Ok(Reply::no_content())
            })
        })
        .await
}
