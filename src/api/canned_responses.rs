//! `/api/CannedResponses`: answers to choose from while writing.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::change::Change;
use super::extract::{Id, Query};
use super::problem::Problem;
use super::reply::{Reply, json, single};
use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::canned_responses::{self as domain, CannedChange, Filled};
use crate::domain::messages::visible_ticket;
use crate::error::Result;
use crate::model::{CannedResponseId, CustomerRepId, TicketId, Timestamp};
use crate::store::canned_responses::{self as store, CannedResponse};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_canned_responses, create_canned_response)).routes(routes!(
        get_canned_response,
        update_canned_response,
        delete_canned_response
    ))
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CannedResponseOut {
    #[serde(rename = "cannedResponseID")]
    canned_response_id: CannedResponseId,
    /// Who made it.
    #[serde(rename = "customerRepID")]
    customer_rep_id: CustomerRepId,
    #[schema(example = "Refund is on its way")]
    title: String,
    /// What it is called by while writing, without the slash.
    #[schema(example = "refund")]
    shortcut: Option<String>,
    lang: Option<String>,
    /// Safe to show.
    html_body: Option<String>,
    text_body: Option<String>,
    /// Whether all reps see it.
    is_shared: bool,
    #[schema(value_type = String, format = DateTime)]
    date_created: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    last_modified_date: Timestamp,
    /// With `ticketId`: placeholders that the ticket has no value for. They stay in the texts.
    #[serde(skip_serializing_if = "Option::is_none")]
    unfilled: Option<Vec<String>>,
}

impl From<CannedResponse> for CannedResponseOut {
    fn from(it: CannedResponse) -> Self {
        Self {
            canned_response_id: it.canned_response_id,
            customer_rep_id: it.customer_rep_id,
            title: it.title,
            shortcut: it.shortcut,
            lang: it.lang,
            html_body: it.html_body,
            text_body: it.text_body,
            is_shared: it.is_shared,
            date_created: it.created_at,
            last_modified_date: it.changed_at,
            unfilled: None,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CannedResponseIn {
    /// Required when it is made; at most 200 characters.
    title: Option<String>,
    /// Letters, digits, hyphens and underscores; unique among a rep's own and among the shared ones, in any
    /// case. An empty text clears it, as with the other optional texts.
    shortcut: Option<String>,
    lang: Option<String>,
    /// Kept without what is not safe to show. One of the bodies is required.
    html_body: Option<String>,
    /// Made from `htmlBody` where it is not given.
    text_body: Option<String>,
    /// By Supervisors and Administrators only.
    is_shared: Option<bool>,
}

impl From<CannedResponseIn> for CannedChange {
    fn from(input: CannedResponseIn) -> Self {
        Self {
            title: input.title,
            shortcut: input.shortcut,
            lang: input.lang,
            html_body: input.html_body,
            text_body: input.text_body,
            is_shared: input.is_shared,
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CannedListQuery {
    /// Every word of it is in the title, the shortcut or the text.
    search: Option<String>,
    /// Those of this language, and those of none.
    lang: Option<String>,
}

/// The caller's own answers to choose from and the shared ones, by title. Their texts may have
/// placeholders: `{{EndUserName}}`, `{{EndUserFirstname}}`, `{{EndUserLastname}}`, `{{EndUserCompany}}`,
/// `{{TicketID}}`, `{{TicketSubject}}`, `{{RepName}}`, `{{RepEmail}}`, `{{CustomerName}}`.
#[utoipa::path(get, path = "/api/CannedResponses", tag = "CannedResponses", params(CannedListQuery),
    responses((status = 200, body = Vec<CannedResponseOut>), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn list_canned_responses(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<CannedListQuery>,
) -> Result<Response> {
    caller.may_read()?;
    let mut found = store::visible(&mut *app.store.read().await?, caller.customer, caller.rep).await?;
    let words: Vec<String> =
        query.search.unwrap_or_default().split_whitespace().map(str::to_lowercase).collect();
    found.retain(|it| {
        let texts = [Some(&it.title), it.shortcut.as_ref(), it.text_body.as_ref()];
        let texts: Vec<String> = texts.into_iter().flatten().map(|it| it.to_lowercase()).collect();
        words.iter().all(|word| texts.iter().any(|it| it.contains(word.as_str())))
    });
    if let Some(lang) = &query.lang {
        found.retain(|it| it.lang.as_ref().is_none_or(|it| it.eq_ignore_ascii_case(lang)));
    }
    json(&found.into_iter().map(CannedResponseOut::from).collect::<Vec<_>>())
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct CannedQuery {
    /// Fills the placeholders in with what this ticket, its end user and the caller say.
    ticket_id: Option<TicketId>,
}

/// One answer to choose from, on request with its placeholders filled in for a ticket.
#[utoipa::path(get, path = "/api/CannedResponses/{id}", tag = "CannedResponses", params(("id" = i64, Path), CannedQuery),
    responses((status = 200, body = CannedResponseOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn get_canned_response(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    Query(query): Query<CannedQuery>,
    headers: HeaderMap,
) -> Result<Response> {
    caller.may_read()?;
    let mut conn = app.store.read().await?;
    let found = store::get(&mut conn, caller.customer, caller.rep, CannedResponseId(id)).await?;
    let Some(ticket) = query.ticket_id else { return single(&headers, &CannedResponseOut::from(found)) };
    let ticket = visible_ticket(&mut conn, &caller, ticket).await?;
    let Filled { html, text, unfilled } = domain::fill(&mut conn, &caller, &ticket, &found).await?;
    let out = CannedResponseOut {
        html_body: html,
        text_body: text,
        unfilled: Some(unfilled),
        ..CannedResponseOut::from(found)
    };
    json(&out)
}

/// Makes an answer to choose from: the caller's own, or one that all reps share.
#[utoipa::path(post, path = "/api/CannedResponses", tag = "CannedResponses", request_body = CannedResponseIn,
    responses((status = 201, body = CannedResponseOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn create_canned_response(
    State(app): State<App>,
    Change { caller, input, guard }: Change<CannedResponseIn>,
) -> Result<Response> {
    caller.may_write()?;
    guard
        .write(&app, caller.customer, move |tx, _| {
            Box::pin(async move {
                let made = domain::create(tx, &caller, input.into()).await?;
                let location = format!("/api/CannedResponses/{}", made.canned_response_id);
                Reply::created(location, &CannedResponseOut::from(made))
            })
        })
        .await
}

/// Changes the fields given. A shared answer is a Supervisor's or an Administrator's to change.
#[utoipa::path(put, path = "/api/CannedResponses/{id}", tag = "CannedResponses", params(("id" = i64, Path)), request_body = CannedResponseIn,
    responses((status = 200, body = CannedResponseOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn update_canned_response(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, input, guard }: Change<CannedResponseIn>,
) -> Result<Response> {
    caller.may_write()?;
    guard
        .write(&app, caller.customer, move |tx, guard| {
            Box::pin(async move {
                let before = store::get(tx, caller.customer, caller.rep, CannedResponseId(id)).await?;
                guard.check(&CannedResponseOut::from(before.clone()))?;
                let after = domain::update(tx, &caller, &before, input.into()).await?;
                Reply::ok(&CannedResponseOut::from(after))
            })
        })
        .await
}

/// Deletes an answer to choose from.
#[utoipa::path(delete, path = "/api/CannedResponses/{id}", tag = "CannedResponses", params(("id" = i64, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 412, body = Problem)))]
async fn delete_canned_response(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, guard, .. }: Change,
) -> Result<Response> {
    caller.may_write()?;
    guard
        .write(&app, caller.customer, move |tx, guard| {
            Box::pin(async move {
                let found = store::get(tx, caller.customer, caller.rep, CannedResponseId(id)).await?;
                guard.check(&CannedResponseOut::from(found.clone()))?;
                domain::delete(tx, &caller, &found).await?;
                Ok(Reply::no_content())
            })
        })
        .await
}
