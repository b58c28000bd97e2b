//! Lists of tickets.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::out::{TicketOut, tickets_out};
use crate::api::extract::Query;
use crate::api::list::{LIST, Listing, descending};
use crate::api::problem::Problem;
use crate::api::reply::{Page, json};
use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::claim::Claim;
use crate::domain::end_users::normalise_uid;
use crate::domain::tickets::listing::{self, Asked, Sorted};
use crate::error::{Error, Result};
use crate::model::ticket::canonical_status;
use crate::model::{ChannelType, CustomerRepId, DraftOutcome, EndUserId, Timestamp, TopicId};
use crate::store::Conn;
use crate::store::tickets::{Filter, Order, SORTS, end_user_exists, uid_key};
use crate::store::topics;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_tickets))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct TicketQuery {
    /// Any of these words.
    #[serde(default)]
    status: Vec<String>,
    /// 0: nobody's.
    #[serde(rename = "customerRepID")]
    customer_rep_id: Option<CustomerRepId>,
    /// `true`: the caller's own, for views that reps share.
    mine: Option<bool>,
    channel_type: Option<ChannelType>,
    /// The same as `channelType`.
    channel: Option<ChannelType>,
    /// Any of these channels.
    #[serde(default, rename = "channelIDs")]
    channel_ids: Vec<i64>,
    /// The address that the conversation belongs to.
    uid: Option<String>,
    end_user_id: Option<EndUserId>,
    is_spam: Option<bool>,
    is_closed: Option<bool>,
    escalated: Option<bool>,
    /// A topic's name.
    topic: Option<String>,
    topic_id: Option<TopicId>,
    #[param(value_type = Option<String>, format = DateTime)]
    created_from: Option<Timestamp>,
    #[param(value_type = Option<String>, format = DateTime)]
    created_to: Option<Timestamp>,
    #[param(value_type = Option<String>, format = DateTime)]
    closed_from: Option<Timestamp>,
    #[param(value_type = Option<String>, format = DateTime)]
    closed_to: Option<Timestamp>,
    #[param(value_type = Option<String>, format = DateTime)]
    last_message_from: Option<Timestamp>,
    #[param(value_type = Option<String>, format = DateTime)]
    last_message_to: Option<Timestamp>,
    /// What became of the answers that the AI drafted in the ticket: `Unchanged`, `Edited`, `Discarded` or
    /// `Waiting`. With `draftedFrom` and `draftedTo`, of those drafted then.
    #[param(inline)]
    draft: Option<DraftOutcome>,
    /// Whether a rep liked one of those drafts.
    draft_liked: Option<bool>,
    #[param(value_type = Option<String>, format = DateTime)]
    drafted_from: Option<Timestamp>,
    #[param(value_type = Option<String>, format = DateTime)]
    drafted_to: Option<Timestamp>,
    /// Tickets that this rep answered, with `answeredFrom` and `answeredTo` then.
    #[serde(rename = "answeredBy")]
    answered_by: Option<CustomerRepId>,
    #[param(value_type = Option<String>, format = DateTime)]
    answered_from: Option<Timestamp>,
    #[param(value_type = Option<String>, format = DateTime)]
    answered_to: Option<Timestamp>,
    /// Full text: words, "phrases", prefix*. All of them must be found.
    search: Option<String>,
    #[param(value_type = Option<i64>)]
    page_number: Option<answerpal_wire::paging::PageNumber>,
    #[param(value_type = Option<i64>)]
    page_size: Option<answerpal_wire::paging::PageNumber>,
    /// A property of the answered tickets, or `relevance`. Without it: what a search finds by relevance up
    /// to 10,000 hits, else the last message first.
    sort_by: Option<String>,
    /// `asc` or `desc`.
    sort_order: Option<String>,
}

/// Tickets, filtered, sorted and searched.
#[utoipa::path(get, path = "/api/tickets", tag = "Tickets", params(TicketQuery),
    responses((status = 200, body = Page<TicketOut>), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn list_tickets(
    State(app): State<App>,
    claim: Claim,
    Query(query): Query<TicketQuery>,
) -> Result<Response> {
    let made = list(&app, claim.caller(), &query).await;
    let seen = made.as_ref().ok().and_then(|it| it.1);
    match claim.check(&app, seen).await? {
        None => made.map(|it| it.0),
        Some(caller) => list(&app, &caller, &query).await.map(|it| it.0),
    }
}

/// The answer, and the version of the names that was read with it.
async fn list(app: &App, caller: &Caller, query: &TicketQuery) -> Result<(Response, Option<i64>)> {
    caller.may_read()?;
    let paging = Listing::new(query.page_number, query.page_size, LIST);
    let order = sorted(query.sort_by.as_deref(), query.sort_order.as_deref())?;
    let mut conn = app.store.light().await?;
    let filter = filter(&mut conn, caller, query).await?;
    let Some(filter) = filter else {
        return Ok((json(&Page::<TicketOut>::new(Vec::new(), 0, &paging))?, None));
    };
    let search = query.search.clone().filter(|it| !it.trim().is_empty());
    let (mut found, mut conn) =
        listing::page(app, conn, caller, Asked { filter, order, search }, &paging).await?;
    let version = found.tickets.first().map(|it| it.refs_version);
    let mut items = tickets_out(app, &mut conn, caller.customer, found.tickets).await?;
    conn.finish().await?;
    for item in &mut items {
        item.search_snippet = found.snippets.remove(&item.ticket_id);
    }
    Ok((json(&Page::new(items, found.total, &paging))?, version))
}

/// The order that is asked for: 400 lists the properties.
pub fn sorted(by: Option<&str>, direction: Option<&str>) -> Result<Sorted> {
    let descending = descending(direction)?;
    let Some(by) = by.filter(|it| !it.eq_ignore_ascii_case("relevance")) else {
        return Ok(Sorted::Naturally { reversed: descending == Some(false) });
    };
    Order::by(by, descending.unwrap_or(false)).map(Sorted::By).ok_or_else(|| {
        let names: Vec<&str> = SORTS.iter().map(|it| it.name).collect();
        Error::invalid("sortBy", format!("must be one of {}, relevance", names.join(", ")))
    })
}

/// The key of an address in any of its forms. A bare `+` in a query is a space.
fn key_of_uid(uid: &str) -> String {
    let uid = match uid.strip_prefix(' ') {
        Some(number) if number.starts_with(|it: char| it.is_ascii_digit()) => format!("+{number}"),
        _ => uid.to_owned(),
    };
    normalise_uid(&uid, None).map_or_else(|_| uid_key(&uid), |it| it.1)
}

/// Checks a query of this list, for another resource to keep.
pub fn checked_query(field: &str, query: &str) -> Result<String> {
    let query = query.trim().trim_start_matches('?');
    let bad = |error: Error| Error::invalid(field, format!("is no query of the list of tickets: {error}"));
    let asked: TicketQuery = answerpal_wire::from_query(query).map_err(|it| bad(it.into()))?;
    sorted(asked.sort_by.as_deref(), asked.sort_order.as_deref()).map_err(bad)?;
    Ok(query.to_owned())
}

/// The filter of a query that was checked, and whether it searches for words besides.
pub async fn filter_of(conn: &mut Conn, caller: &Caller, query: &str) -> Result<(Option<Filter>, bool)> {
    let asked: TicketQuery = answerpal_wire::from_query(query)?;
    let searches = asked.search.as_ref().is_some_and(|it| !it.trim().is_empty());
    Ok((filter(conn, caller, &asked).await?, searches))
}

/// None where nothing can pass it.
async fn filter(conn: &mut Conn, caller: &Caller, query: &TicketQuery) -> Result<Option<Filter>> {
    let channel_type = match (query.channel_type, query.channel) {
        (Some(one), Some(other)) if one != other => return Ok(None),
        (one, other) => one.or(other),
    };
    let topic = match &query.topic {
        Some(name) => {
            let topic = topics::find_by_name(conn, caller.customer, name).await?;
            if topic.is_none() || query.topic_id.is_some_and(|it| Some(it) != topic) {
                return Ok(None);
            }
            topic
        }
        None => query.topic_id,
    };
    if let Some(end_user) = query.end_user_id
        && !end_user_exists(conn, caller.customer, end_user).await?
    {
        return Ok(None);
    }
    let rep = match (query.customer_rep_id, query.mine == Some(true)) {
        (Some(rep), true) if rep != caller.rep => return Ok(None),
        (_, true) => Some(caller.rep),
        (rep, false) => rep,
    };
    let word = |it: &String| canonical_status(it).unwrap_or_else(|| it.clone());
    let mut statuses: Vec<String> = query.status.iter().map(word).collect();
    statuses.sort_unstable();
    statuses.dedup();
    Ok(Some(Filter {
        statuses,
        rep,
        reps: Vec::new(),
        channel_type,
        channels: query.channel_ids.clone(),
        is_spam: query.is_spam,
        is_closed: query.is_closed,
        escalated: query.escalated,
        limited_to: caller.limited_to(),
        uid_key: query.uid.as_deref().map(key_of_uid),
        end_user: query.end_user_id,
        topic,
        created_from: query.created_from,
        created_to: query.created_to,
        closed: (query.closed_from, query.closed_to),
        last_message: (query.last_message_from, query.last_message_to),
        draft: query.draft,
        drafted: (query.drafted_from, query.drafted_to),
        draft_liked: query.draft_liked,
        answered_by: query.answered_by,
        answered: (query.answered_from, query.answered_to),
    }))
}
