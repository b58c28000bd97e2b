//! `/api/ticketMessages`: the messages of tickets.

mod input;
pub mod listed;
mod mail;
pub mod out;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::change::{Change, ClaimedChange, Guard};
use super::extract::{Id, Query};
use super::list::{LIST, Listing};
use super::problem::Problem;
use super::reply::{Page, Reply, json, single};
use crate::app::App;
use crate::crypto::MasterKey;
use crate::domain::caller::Caller;
use crate::domain::claim::Claim;
use crate::domain::messages::{self as domain, Draft, MessageChange};
use crate::error::{Error, Result};
use crate::model::{CustomerId, MessageId, Refs, TicketId};
use crate::store::Conn;
use crate::store::messages::{self as store, Listed};
use input::{MessageChangeIn, MessageIn};
use listed::ListedMessageOut;
use out::MessageOut;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_ticket_messages, create_ticket_message))
        .routes(routes!(create_new_ticket_message))
        .routes(routes!(get_ticket_message, update_ticket_message, delete_ticket_message))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct MessageQuery {
    /// The ticket whose messages are listed.
    #[param(value_type = i64, required = true)]
    ticket_id: Option<TicketId>,
    #[param(value_type = Option<i64>)]
    page_number: Option<answerpal_wire::paging::PageNumber>,
    #[param(value_type = Option<i64>)]
    page_size: Option<answerpal_wire::paging::PageNumber>,
    /// Any scalar property of the items; `messageDate` where it is not given.
    sort_by: Option<String>,
    /// `asc` or `desc`.
    sort_order: Option<String>,
}

/// A page of a ticket's messages, oldest first.
#[utoipa::path(get, path = "/api/ticketMessages", tag = "TicketMessages", params(MessageQuery),
    responses((status = 200, body = Page<ListedMessageOut>), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn list_ticket_messages(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<MessageQuery>,
) -> Result<Response> {
    caller.may_read()?;
    let ticket = query.ticket_id.ok_or_else(|| Error::invalid("ticketId", "is required"))?;
    let listing = Listing::new(query.page_number, query.page_size, LIST);
    let order = listing.order(
        query.sort_by.as_deref(),
        query.sort_order.as_deref(),
        store::SORTS,
        ("messageDate", false),
    )?;
    let mut conn = app.store.read().await?;
    domain::visible_ticket(&mut conn, &caller, ticket).await?;
    let refs = app.refs.current(&mut conn, caller.customer).await?;
    json(&messages_page(&mut conn, &app.key, caller.customer, &refs, ticket, &order, &listing).await?)
}

/// A ticket's conversation from its beginning, as far as one page goes.
pub async fn conversation(
    conn: &mut Conn,
    key: &MasterKey,
    customer: CustomerId,
    refs: &Refs,
    ticket: TicketId,
    messages: Vec<Listed>,
) -> Result<Page<ListedMessageOut>> {
    let listing = Listing::new(None, Some(answerpal_wire::PageNumber(LONGEST_PAGE)), LIST);
    full_page(conn, key, customer, refs, ticket, messages, &listing).await
}

/// Messages in a conversation that is answered with its ticket.
pub const LONGEST_PAGE: i64 = LIST.max as i64;

async fn messages_page(
    conn: &mut Conn,
    key: &MasterKey,
    customer: CustomerId,
    refs: &Refs,
    ticket: TicketId,
    order: &str,
    listing: &Listing,
) -> Result<Page<ListedMessageOut>> {
    let items = store::page(conn, customer, ticket, order, listing.limit(), listing.offset()).await?;
    full_page(conn, key, customer, refs, ticket, items, listing).await
}

async fn full_page(
    conn: &mut Conn,
    key: &MasterKey,
    customer: CustomerId,
    refs: &Refs,
    ticket: TicketId,
    items: Vec<Listed>,
    listing: &Listing,
) -> Result<Page<ListedMessageOut>> {
    // A first page that is not full holds them all.
    let total = if listing.offset() == 0 && (items.len() as i64) < listing.limit() {
        items.len() as u64
    } else {
        store::count(conn, customer, ticket).await?
    };
    let mut items: Vec<ListedMessageOut> =
        items.into_iter().map(|it| ListedMessageOut::new(refs, it)).collect();
    ListedMessageOut::show_files(&mut items, conn, key, customer).await?;
    Ok(Page::new(items, total, listing))
}

/// One message in full.
#[utoipa::path(get, path = "/api/ticketMessages/{id}", tag = "TicketMessages", params(("id" = i64, Path)),
    responses((status = 200, body = MessageOut), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn get_ticket_message(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    headers: HeaderMap,
) -> Result<Response> {
    caller.may_read()?;
    let mut conn = app.store.read().await?;
    let message = domain::visible(&mut conn, &caller, MessageId(id)).await?;
    single(&headers, &out::full(&mut conn, &app, caller.customer, message).await?)
}

/// Adds a message to a ticket.
#[utoipa::path(post, path = "/api/ticketMessages", tag = "TicketMessages", request_body = MessageIn,
    responses((status = 201, body = MessageOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn create_ticket_message(
    State(app): State<App>,
    Change { caller, input, guard }: Change<MessageIn>,
) -> Result<Response> {
    caller.may_write()?;
    if input.ticket_id.is_none() {
        return Err(Error::invalid("ticketID", "is required"));
    }
    let draft = Draft::from(input).prepared()?;
    create(app, Claim::confirmed(caller), draft, guard).await
}

/// Adds a message to the ticket given, to the one its thread is in, or to a new one.
#[utoipa::path(post, path = "/api/ticketMessages/create-new", tag = "TicketMessages", request_body = MessageIn,
    responses((status = 201, body = MessageOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn create_new_ticket_message(
    State(app): State<App>,
    ClaimedChange { claim, input, guard }: ClaimedChange<MessageIn>,
) -> Result<Response> {
    claim.caller().may_write()?;
    let draft = match Draft::from(input).prepared() {
        Ok(draft) => draft,
        Err(error) => {
            claim.confirm(&app).await?;
            return Err(error);
        }
    };
    create(app, claim, draft, guard).await
}

async fn create(app: App, claim: Claim, draft: Draft, guard: Guard) -> Result<Response> {
    let customer = claim.caller().customer;
    let draft = draft.indexed(app.store.dialect(), customer);
    let html = out::safe_html(&draft.message);
    let (handle, answering) = (app.clone(), app.clone());
    guard
        .write_then(
            &handle,
            customer,
            move |tx| Box::pin(async move { domain::create(tx, &app, &claim, draft).await }),
            move |domain::Created { message, refs }| {
                let location = format!("/api/ticketMessages/{}", message.message_id);
                Reply::created(location, &out::message_out(&answering, customer, &refs, message, html, &[])?)
            },
        )
        .await
}

/// Changes the fields given.
#[utoipa::path(put, path = "/api/ticketMessages/{id}", tag = "TicketMessages", params(("id" = i64, Path)), request_body = MessageChangeIn,
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn update_ticket_message(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, input, guard }: Change<MessageChangeIn>,
) -> Result<Response> {
    caller.may_write()?;
    let change = MessageChange::from(input).prepared();
    let handle = app.clone();
    guard
        .write(&handle, caller.customer, move |tx, guard| {
            Box::pin(async move {
                let (ticket, before) = domain::lock(tx, &caller, MessageId(id)).await?;
                if guard.has_precondition() {
                    guard.check(&out::full(tx, &app, caller.customer, before.clone()).await?)?;
                }
                domain::update(tx, caller.customer, caller.actor(), &ticket, &before, change).await?;
                Ok(Reply::no_content())
            })
        })
        .await
}

/// Deletes a message with its files.
#[utoipa::path(delete, path = "/api/ticketMessages/{id}", tag = "TicketMessages", params(("id" = i64, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 412, body = Problem)))]
async fn delete_ticket_message(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, guard, .. }: Change,
) -> Result<Response> {
    caller.may_write()?;
    let handle = app.clone();
    guard
        .write(&handle, caller.customer, move |tx, guard| {
            Box::pin(async move {
                let (ticket, message) = domain::lock(tx, &caller, MessageId(id)).await?;
                if guard.has_precondition() {
                    guard.check(&out::full(tx, &app, caller.customer, message.clone()).await?)?;
                }
                domain::delete(tx, caller.customer, caller.actor(), &ticket, &message).await?;
                Ok(Reply::no_content())
            })
        })
        .await
}
