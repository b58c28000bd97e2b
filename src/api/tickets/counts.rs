//! How many tickets each view holds, in one answer.

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::list::filter_of;
use crate::api::notifications;
use crate::api::problem::Problem;
use crate::api::reply::json;
use crate::app::App;
use crate::domain::caller::Caller;
use crate::error::Result;
use crate::model::{NotificationId, SavedViewId};
use crate::store::tickets::{self as store, View};
use crate::store::{notifications as notification_store, saved_views};

/// Views that the counters do not know are counted to here.
const COUNTED_TO: i64 = 1000;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(count_tickets))
}

/// How many tickets a view holds, and the query of `GET /api/tickets` that lists them.
#[derive(Serialize, ToSchema)]
pub struct ViewCountOut {
    count: u64,
    #[schema(example = "isClosed=false&isSpam=false&customerRepID=0")]
    query: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SavedViewCountOut {
    #[serde(rename = "savedViewID")]
    saved_view_id: SavedViewId,
    /// Null where the view searches for words: that costs too much to be counted now and then.
    count: Option<u64>,
    /// Whether there are more: filters that the counters do not know are counted to 1000.
    is_capped: bool,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CountsOut {
    /// Open, no spam, the caller's.
    mine: ViewCountOut,
    /// Open, no spam, nobody's.
    unassigned: ViewCountOut,
    /// Open, no spam.
    all: ViewCountOut,
    /// Open, no spam, escalated.
    escalated: ViewCountOut,
    spam: ViewCountOut,
    /// Closed, no spam.
    closed: ViewCountOut,
    saved_views: Vec<SavedViewCountOut>,
    unread_notifications: u64,
}

const ALL: &str = "isClosed=false&isSpam=false";

fn view(views: &[View], query: String, holds: impl Fn(&View) -> bool) -> ViewCountOut {
    let count: i64 = views.iter().filter(|it| holds(it)).map(|it| it.n).sum();
    ViewCountOut { count: count.max(0).unsigned_abs(), query }
}

/// How many tickets each view holds, as far as the caller sees them: the plain views, and the saved ones.
#[utoipa::path(get, path = "/api/tickets/counts", tag = "Tickets",
    responses((status = 200, body = CountsOut), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn count_tickets(State(app): State<App>, caller: Caller) -> Result<Response> {
    caller.may_read()?;
    let mut conn = app.store.read().await?;
    let views = store::views(&mut conn, caller.customer, caller.rep, caller.limited_to()).await?;
    let mut counted = Vec::new();
    for saved in saved_views::visible(&mut conn, caller.customer, caller.rep).await? {
        let (count, is_capped) = match filter_of(&mut conn, &caller, &saved.query).await? {
            (_, true) => (None, false),
            (None, false) => (Some(0), false),
            (Some(filter), false) => {
                let count = store::count_to(&mut conn, caller.customer, &filter, COUNTED_TO + 1).await?;
                let is_capped = !filter.is_counted() && count > COUNTED_TO as u64;
                (Some(if is_capped { COUNTED_TO as u64 } else { count }), is_capped)
            }
        };
        counted.push(SavedViewCountOut { saved_view_id: saved.saved_view_id, count, is_capped });
    }
    let of = notifications::of(&caller, true, NotificationId(0));
    let unread = notification_store::count(&mut conn, caller.customer, of).await?;
    let open = |it: &View| !it.is_closed && !it.is_spam;
    json(&CountsOut {
        mine: view(&views, format!("{ALL}&customerRepID={}", caller.rep), |it| open(it) && it.is_mine),
        unassigned: view(&views, format!("{ALL}&customerRepID=0"), |it| open(it) && it.is_unassigned),
        all: view(&views, ALL.into(), open),
        escalated: view(&views, format!("{ALL}&escalated=true"), |it| open(it) && it.escalated),
        spam: view(&views, "isSpam=true".into(), |it| it.is_spam),
        closed: view(&views, "isClosed=true&isSpam=false".into(), |it| it.is_closed && !it.is_spam),
        saved_views: counted,
        unread_notifications: unread,
    })
}
