//! `/api/ticketMessages/{id}/promptDocuments`: what an answer to a message would rest on.

use axum::extract::State;
use axum::http::HeaderName;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::end_users::{EndUserOut, load};
use super::extract::{Id, Query};
use super::problem::Problem;
use super::reply::json;
use super::tickets::{TicketOut, tickets_out};
use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::{documents, messages};
use crate::error::{Error, Result};
use crate::intake::retrieve::{self, FoundDocument};
use crate::model::{DocumentId, MessageId, Ticket};
use crate::store::tickets::end_user_exists;
use crate::store::{Conn, tickets as ticket_store};

/// How many passages are found by their words alone.
pub const WAITING: HeaderName = HeaderName::from_static("x-passages-waiting");
/// Earlier tickets of the end user, at most.
const TICKETS: usize = 10;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_prompt_documents))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct PromptDocumentQuery {
    /// Only the documents.
    only_prompt_documents: Option<bool>,
}

/// What an answer would rest on.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PromptDocumentsOut {
    /// At most 10, best first.
    prompt_documents: Vec<PromptDocumentOut>,
    /// The ticket's end user.
    #[serde(skip_serializing_if = "Option::is_none")]
    end_users: Option<Vec<EndUserOut>>,
    /// The end user's other tickets, newest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    tickets: Option<Vec<TicketOut>>,
    /// Passages that were just written: until they are read for their meaning, they are found by their words
    /// alone. The header `X-Passages-Waiting` says the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    passages_waiting: Option<usize>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PromptDocumentOut {
    #[serde(rename = "documentID")]
    document_id: DocumentId,
    title: String,
    /// The same as the title.
    name: String,
    /// Its best passages, as markdown.
    content: String,
    /// 0 to 1, more where it carries an identifier of the message, such as an order number.
    score: f64,
    /// The pictures in the passages.
    image_urls: Vec<String>,
}

impl From<FoundDocument> for PromptDocumentOut {
    fn from(it: FoundDocument) -> Self {
        Self {
            document_id: it.document,
            image_urls: documents::image_urls(&it.content),
            name: it.title.clone(),
            title: it.title,
            content: it.content,
            score: (it.score * 10_000.0).round() / 10_000.0,
        }
    }
}

/// The documents that answer a message, best first, with who asks and what they asked before.
#[utoipa::path(get, path = "/api/ticketMessages/{id}/promptDocuments", tag = "TicketMessages", params(("id" = i64, Path), PromptDocumentQuery),
    responses((status = 200, body = PromptDocumentsOut, headers(("X-Passages-Waiting" = i64, description = "Passages that were just written: until they are read for their meaning, only their words are found"))), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 503, body = Problem)))]
async fn list_prompt_documents(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    Query(query): Query<PromptDocumentQuery>,
) -> Result<Response> {
    caller.may_read()?;
    let mut conn = app.store.read().await?;
    let message = messages::visible(&mut conn, &caller, MessageId(id)).await?;
    drop(conn);
    let found = retrieve::documents(&app, caller.customer, &message).await.map_err(Error::from)?;
    let waiting = found.waiting;
    let prompt_documents = found.best.into_iter().map(Into::into).collect();
    let only =
        PromptDocumentsOut { prompt_documents, end_users: None, tickets: None, passages_waiting: None };
    if query.only_prompt_documents.unwrap_or(false) {
        return told(&only, waiting);
    }
    let mut conn = app.store.read().await?;
    let ticket = ticket_store::get(&mut conn, caller.customer, message.ticket_id).await?;
    let end_users = match ticket.end_user_id {
        Some(end_user) if end_user_exists(&mut conn, caller.customer, end_user).await? => {
            vec![load(&mut conn, caller.customer, end_user).await?]
        }
        _ => Vec::new(),
    };
    // Who writes in a chat is not proven: nobody's history is told.
    let tickets =
        if message.unverified { Vec::new() } else { others(&app, &mut conn, &caller, &ticket).await? };
    let whole = PromptDocumentsOut {
        end_users: Some(end_users),
        tickets: Some(tickets),
        passages_waiting: Some(waiting),
        ..only
    };
    told(&whole, waiting)
}

fn told(out: &PromptDocumentsOut, waiting: usize) -> Result<Response> {
    let mut response = json(out)?;
    if waiting > 0 {
        response.headers_mut().insert(WAITING, waiting.into());
    }
    Ok(response)
}

async fn others(app: &App, conn: &mut Conn, caller: &Caller, ticket: &Ticket) -> Result<Vec<TicketOut>> {
    let past = ticket_store::past(conn, caller.customer, ticket, caller.limited_to()).await?;
    let mut listed = Vec::new();
    for it in past.into_iter().take(TICKETS) {
        listed.push(ticket_store::listed(conn, caller.customer, it.ticket_id).await?);
    }
    tickets_out(app, conn, caller.customer, listed).await
}
