//! `/api/EndUsers`.

mod merges;
mod shapes;
mod tickets;
mod uids;

use std::collections::HashMap;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::change::Change;
use super::extract::{Id, Query, Text};
use super::list::{LIST, Listing};
use super::problem::Problem;
use super::reply::{Page, Reply, json, single};
use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::end_users::{self as domain, normalise_uid};
use crate::error::{Error, Result};
use crate::model::{CustomerId, EndUser, EndUserId, EndUserUid};
use crate::store::tickets::uid_key;
use crate::store::{Conn, Contains, end_users as store};
pub use shapes::EndUserOut;
use shapes::{ByUidQuery, EndUserIn, EndUserQuery};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_end_users, create_end_user))
        .routes(routes!(get_end_user, update_end_user, delete_end_user))
        .routes(routes!(find_end_users))
        .routes(routes!(find_end_users_by_path))
        .merge(uids::routes())
        .merge(tickets::routes())
        .merge(merges::routes())
}

/// With their uids, in the order given.
async fn complete(conn: &mut Conn, customer: CustomerId, rows: Vec<EndUser>) -> Result<Vec<EndUserOut>> {
    let ids = rows.iter().map(|it| it.end_user_id.0).collect();
    let mut uids: HashMap<EndUserId, Vec<EndUserUid>> = HashMap::new();
    for uid in store::uids_of(conn, customer, ids).await? {
        uids.entry(uid.end_user_id).or_default().push(uid);
    }
    let out = rows.into_iter().map(|it| {
        let uids = uids.remove(&it.end_user_id).unwrap_or_default();
        EndUserOut::new(it, uids)
    });
    Ok(out.collect())
}

pub async fn load(conn: &mut Conn, customer: CustomerId, id: EndUserId) -> Result<EndUserOut> {
    let row = store::get(conn, customer, id).await?;
    let uids = store::uids_of(conn, customer, vec![id.0]).await?;
    Ok(EndUserOut::new(row, uids))
}

/// A page of end users, oldest first.
#[utoipa::path(get, path = "/api/EndUsers", tag = "End users", params(EndUserQuery),
    responses((status = 200, body = Page<EndUserOut>), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn list_end_users(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<EndUserQuery>,
) -> Result<Response> {
    caller.may_read()?;
    let listing = Listing::new(query.page_number, query.page_size, LIST);
    let by = query.sort_by.as_deref();
    let order = listing.order(by, query.sort_order.as_deref(), store::SORTS, ("endUserID", false))?;
    let search = Contains::new(query.search.as_deref());
    let (customer, limit, offset) = (caller.customer, listing.limit(), listing.offset());
    // Only the order of the ids is bounded: the rest reads the whole list.
    let is_bounded = search.is_empty() && by.is_none_or(|it| it.eq_ignore_ascii_case("endUserID"));
    let (items, total) = if is_bounded {
        page(&mut *app.store.read().await?, customer, &search, &order, limit, offset).await?
    } else {
        app.store
            .heavy(move |conn| {
                Box::pin(async move { page(conn, customer, &search, &order, limit, offset).await })
            })
            .await?
    };
    json(&Page::new(items, total, &listing))
}

async fn page(
    conn: &mut Conn,
    customer: CustomerId,
    search: &Contains,
    order: &str,
    limit: i64,
    offset: i64,
) -> Result<(Vec<EndUserOut>, u64)> {
    let rows = store::list(conn, customer, search, order, limit, offset).await?;
    let total = store::count(conn, customer, search).await?;
    Ok((complete(conn, customer, rows).await?, total))
}

/// One end user.
#[utoipa::path(get, path = "/api/EndUsers/{id}", tag = "End users", params(("id" = i64, Path)),
    responses((status = 200, body = EndUserOut), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn get_end_user(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    headers: HeaderMap,
) -> Result<Response> {
    caller.may_read()?;
    let mut conn = app.store.read().await?;
    single(&headers, &load(&mut conn, caller.customer, EndUserId(id)).await?)
}

/// The end users with this uid: one or none.
#[utoipa::path(get, path = "/api/EndUsers/byUid", tag = "End users", params(ByUidQuery),
    responses((status = 200, body = Vec<EndUserOut>), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn find_end_users(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ByUidQuery>,
) -> Result<Response> {
    caller.may_read()?;
    let uid = query.uid.ok_or_else(|| Error::invalid("uid", "is required"))?;
    find(&app, &caller, &uid).await
}

/// The end users with this uid: one or none.
#[utoipa::path(get, path = "/api/EndUsers/byUid/{uid}", tag = "End users", params(("uid" = String, Path)),
    responses((status = 200, body = Vec<EndUserOut>), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn find_end_users_by_path(State(app): State<App>, caller: Caller, Text(uid): Text) -> Result<Response> {
    caller.may_read()?;
    find(&app, &caller, &uid).await
}

async fn find(app: &App, caller: &Caller, uid: &str) -> Result<Response> {
    let mut keys = vec![uid_key(uid)];
    keys.extend(normalise_uid(uid, None).ok().map(|it| it.1));
    // The `+` of a number that was not escaped arrives as a space.
    if let Some(number) = uid.strip_prefix(' ') {
        keys.extend(normalise_uid(&format!("+{number}"), None).ok().map(|it| it.1));
    }
    let mut conn = app.store.read().await?;
    let rows = store::by_keys(&mut conn, caller.customer, keys).await?;
    json(&complete(&mut conn, caller.customer, rows).await?)
}

/// Makes an end user.
#[utoipa::path(post, path = "/api/EndUsers", tag = "End users", request_body = EndUserIn,
    responses((status = 201, body = EndUserOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn create_end_user(
    State(app): State<App>,
    Change { caller, input, guard }: Change<EndUserIn>,
) -> Result<Response> {
    caller.may_write()?;
    let change = input.into_change()?;
    guard
        .write(&app, caller.customer, move |tx, _| {
            Box::pin(async move {
                let id = domain::create(tx, caller.customer, caller.actor(), change).await?;
                Reply::created(format!("/api/EndUsers/{id}"), &load(tx, caller.customer, id).await?)
            })
        })
        .await
}

/// Changes the fields given. Of the uids, items with an id or a known uid change, others are added,
/// `markAsDeleted` removes, those unmentioned stay.
#[utoipa::path(put, path = "/api/EndUsers/{id}", tag = "End users", params(("id" = i64, Path)), request_body = EndUserIn,
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn update_end_user(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, input, guard }: Change<EndUserIn>,
) -> Result<Response> {
    caller.may_write()?;
    let change = input.into_change()?;
    guard
        .write(&app, caller.customer, move |tx, guard| {
            Box::pin(async move {
                let id = EndUserId(id);
                store::lock(tx, caller.customer, id).await?;
                guard.check(&load(tx, caller.customer, id).await?)?;
                domain::update(tx, caller.customer, caller.actor(), id, change).await?;
                Ok(Reply::no_content())
            })
        })
        .await
}

/// Deletes an end user; its tickets stay, without it.
#[utoipa::path(delete, path = "/api/EndUsers/{id}", tag = "End users", params(("id" = i64, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 412, body = Problem)))]
async fn delete_end_user(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, guard, .. }: Change,
) -> Result<Response> {
    caller.may_delete_end_users()?;
    guard
        .write(&app, caller.customer, move |tx, guard| {
            Box::pin(async move {
                let id = EndUserId(id);
                store::lock(tx, caller.customer, id).await?;
                guard.check(&load(tx, caller.customer, id).await?)?;
                domain::delete(tx, caller.customer, caller.actor(), id).await?;
                Ok(Reply::no_content())
            })
        })
        .await
}
