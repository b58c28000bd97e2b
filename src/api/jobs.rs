//! `/api/Jobs`: dead letters, of our own (the contract has no such route).

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::change::Change;
use super::extract::{Id, Query};
use super::list::{LIST, Listing};
use super::problem::Problem;
use super::reply::{Page, Reply, json};
use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::jobs as domain;
use crate::error::Result;
use crate::model::Timestamp;
use crate::model::job::Job;
use crate::store::jobs as store;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_dead_jobs))
        .routes(routes!(replay_job))
        .routes(routes!(delete_job))
}

/// A job that was given up.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JobOut {
    #[serde(rename = "jobID")]
    job_id: i64,
    #[schema(example = "deliver_message")]
    kind: String,
    /// Id of what it is about: which, follows from the kind.
    #[serde(rename = "subjectID")]
    subject_id: i64,
    /// How often it was tried.
    attempts: i64,
    last_error: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    date_created: Timestamp,
}

impl From<Job> for JobOut {
    fn from(job: Job) -> Self {
        Self {
            job_id: job.job_id,
            kind: job.kind,
            subject_id: job.subject_id,
            attempts: job.attempts,
            last_error: job.last_error,
            date_created: job.created_at,
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct JobQuery {
    #[param(value_type = Option<i64>)]
    page_number: Option<answerpal_wire::paging::PageNumber>,
    #[param(value_type = Option<i64>)]
    page_size: Option<answerpal_wire::paging::PageNumber>,
    /// Any plain property of the answered objects; the oldest first where it is left out.
    sort_by: Option<String>,
    /// `asc` or `desc`.
    sort_order: Option<String>,
}

/// Background jobs that failed for good, oldest first.
#[utoipa::path(get, path = "/api/Jobs/dead", tag = "Jobs", params(JobQuery),
    responses((status = 200, body = Page<JobOut>), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn list_dead_jobs(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<JobQuery>,
) -> Result<Response> {
    caller.may_manage_settings()?;
    let listing = Listing::new(query.page_number, query.page_size, LIST);
    let order = listing.order(
        query.sort_by.as_deref(),
        query.sort_order.as_deref(),
        store::SORTS,
        ("jobID", false),
    )?;
    let mut conn = app.store.read().await?;
    let items =
        store::list_dead(&mut conn, caller.customer, &order, listing.limit(), listing.offset()).await?;
    let total = store::count_dead(&mut conn, caller.customer).await?;
    json(&Page::new(items.into_iter().map(JobOut::from).collect(), total, &listing))
}

/// Lets a dead job run again, with all its retries.
#[utoipa::path(post, path = "/api/Jobs/{id}/replay", tag = "Jobs", params(("id" = i64, Path)),
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn replay_job(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, guard, .. }: Change,
) -> Result<Response> {
    caller.may_manage_settings()?;
    guard
        .write(&app, caller.customer, move |tx, _| {
            Box::pin(async move {
                domain::replay(tx, caller.customer, caller.actor(), id).await?;
                Ok(Reply::no_content())
            })
        })
        .await
}

/// Takes a dead job off the list for good. What it was about stays as it is.
#[utoipa::path(delete, path = "/api/Jobs/{id}", tag = "Jobs", params(("id" = i64, Path)),
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 412, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn delete_job(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, guard, .. }: Change,
) -> Result<Response> {
    caller.may_manage_settings()?;
    guard
        .write(&app, caller.customer, move |tx, guard| {
            Box::pin(async move {
                let job = store::lock_dead(tx, caller.customer, id).await?;
                guard.check(&JobOut::from(job))?;
                domain::discard(tx, caller.customer, caller.actor(), id).await?;
                Ok(Reply::no_content())
            })
        })
        .await
}
