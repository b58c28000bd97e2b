//! `/api/Documents/{id}/uses`: which questions were answered from a document.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::extract::{Id, Query};
use crate::api::list::{LIST, Listing};
use crate::api::problem::Problem;
use crate::api::reply::{Page, json};
use crate::app::App;
use crate::domain::caller::Caller;
use crate::error::Result;
use crate::model::{DocumentId, MessageId, TicketId, Timestamp};
use crate::store::document_uses::{self as store, Use};
use crate::store::documents;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_document_uses))
}

/// A message whose drafted answer cites the document.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DocumentUseOut {
    #[serde(rename = "messageID")]
    message_id: MessageId,
    #[serde(rename = "ticketID")]
    ticket_id: TicketId,
    subject: Option<String>,
    /// The question's first 200 characters.
    preview: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    message_date: Timestamp,
    /// The passages of the document that the answer rests on.
    quotes: Vec<String>,
    /// Whether the answer was sent.
    is_answered: bool,
    is_liked: Option<bool>,
}

impl DocumentUseOut {
    fn new(it: Use, document: DocumentId) -> Result<Self> {
        let citations: Vec<Value> = serde_json::from_str(&it.citations)?;
        let quotes = citations
            .iter()
            .filter(|it| it["documentID"].as_i64() == Some(document.0))
            .filter_map(|it| it["quote"].as_str().map(str::to_owned))
            .collect();
        Ok(Self {
            message_id: it.message_id,
            ticket_id: it.ticket_id,
            subject: it.subject,
            preview: it.preview,
            message_date: it.message_date,
            quotes,
            is_answered: it.answered_by_message_id.is_some(),
            is_liked: it.is_liked,
        })
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct UsesQuery {
    #[param(value_type = Option<i64>)]
    page_number: Option<answerpal_wire::paging::PageNumber>,
    #[param(value_type = Option<i64>)]
    page_size: Option<answerpal_wire::paging::PageNumber>,
    /// Any plain property of the answered objects; the newest first where it is left out.
    sort_by: Option<String>,
    /// `asc` or `desc`.
    sort_order: Option<String>,
}

/// The messages whose drafted answers cite a document, as far as the caller sees them, the newest first.
#[utoipa::path(get, path = "/api/Documents/{id}/uses", tag = "Documents", params(("id" = i64, Path), UsesQuery),
    responses((status = 200, body = Page<DocumentUseOut>), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn list_document_uses(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    Query(query): Query<UsesQuery>,
) -> Result<Response> {
    caller.may_read()?;
    let listing = Listing::new(query.page_number, query.page_size, LIST);
    let order = listing.order(
        query.sort_by.as_deref(),
        query.sort_order.as_deref(),
        store::SORTS,
        ("messageID", true),
    )?;
    let (customer, document, limited_to) = (caller.customer, DocumentId(id), caller.limited_to());
    documents::get(&mut *app.store.read().await?, customer, document).await?;
    let (limit, offset) = (listing.limit(), listing.offset());
    let (uses, total) = app
        .store
        .heavy(move |conn| {
            Box::pin(async move {
                let uses = store::list(conn, customer, document, limited_to, &order, limit, offset).await?;
                Ok((uses, store::count(conn, customer, document, limited_to).await?))
            })
        })
        .await?;
    let items = uses.into_iter().map(|it| DocumentUseOut::new(it, document)).collect::<Result<_>>()?;
    json(&Page::new(items, total, &listing))
}
