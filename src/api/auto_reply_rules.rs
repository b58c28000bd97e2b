//! `/api/AutoReplyRules`: where answers may go out by themselves.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::change::Change;
use super::extract::Id;
use super::problem::Problem;
use super::reply::{Reply, json, single};
use crate::app::App;
use crate::domain::auto_replies::{self as domain, RuleChange};
use crate::domain::caller::Caller;
use crate::error::Result;
use crate::model::{AutoReplyRuleId, ChannelId, CustomerId, Timestamp, TopicId};
use crate::store::Conn;
use crate::store::auto_replies::{self as store, AutoReplyRule};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_auto_reply_rules, create_auto_reply_rule)).routes(routes!(
        get_auto_reply_rule,
        update_auto_reply_rule,
        delete_auto_reply_rule
    ))
}

/// A rule. Where several fit a message, the one for its topic and channel counts, then that for its topic.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AutoReplyRuleOut {
    #[serde(rename = "autoReplyRuleID")]
    auto_reply_rule_id: AutoReplyRuleId,
    /// Null: every channel.
    #[serde(rename = "channelID")]
    channel_id: Option<ChannelId>,
    /// Null: every topic.
    #[serde(rename = "topicID")]
    topic_id: Option<TopicId>,
    is_active: bool,
    /// The share of answers that may be wrong.
    #[schema(example = 0.05)]
    most_wrong: f64,
    /// No draft below this goes out, whatever was measured.
    least_confidence: f64,
    /// So long people may step in.
    delay_minutes: i64,
    most_per_day: i64,
}

impl From<&AutoReplyRule> for AutoReplyRuleOut {
    fn from(it: &AutoReplyRule) -> Self {
        Self {
            auto_reply_rule_id: it.auto_reply_rule_id,
            channel_id: it.channel_id,
            topic_id: it.topic_id,
            is_active: it.is_active,
            most_wrong: it.most_wrong,
            least_confidence: it.least_confidence,
            delay_minutes: it.delay_minutes,
            most_per_day: it.most_per_day,
        }
    }
}

/// A rule with what was measured of the drafts that it is for, over the last 90 days.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MeasuredRuleOut {
    #[serde(flatten)]
    rule: AutoReplyRuleOut,
    /// Drafts that people answered with, changed or not.
    measured_drafts: usize,
    /// Those that they changed, or that end users complained of.
    measured_wrong: usize,
    /// Above this confidence the error stays under `mostWrong`, with 95 % certainty. Null: too little is
    /// known, and nothing is sent.
    measured_least_confidence: Option<f64>,
    /// The share of the drafts that are above it.
    measured_coverage: f64,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AutoReplyRuleIn {
    /// 0: every channel.
    #[serde(rename = "channelID")]
    channel_id: Option<i64>,
    /// 0: every topic.
    #[serde(rename = "topicID")]
    topic_id: Option<i64>,
    is_active: Option<bool>,
    /// 0.001 to 0.5; 0.05 in a new rule.
    most_wrong: Option<f64>,
    least_confidence: Option<f64>,
    /// Up to a week; 5 in a new rule.
    delay_minutes: Option<i64>,
    /// 50 in a new rule.
    most_per_day: Option<i64>,
}

impl From<AutoReplyRuleIn> for RuleChange {
    fn from(it: AutoReplyRuleIn) -> Self {
        Self {
            channel: it.channel_id,
            topic: it.topic_id,
            is_active: it.is_active,
            most_wrong: it.most_wrong,
            least_confidence: it.least_confidence,
            delay_minutes: it.delay_minutes,
            most_per_day: it.most_per_day,
        }
    }
}

/// All rules. Without an active one nothing goes out by itself.
#[utoipa::path(get, path = "/api/AutoReplyRules", tag = "AutoReplyRules",
    responses((status = 200, body = Vec<AutoReplyRuleOut>), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn list_auto_reply_rules(State(app): State<App>, caller: Caller) -> Result<Response> {
    caller.may_read()?;
    let rules = store::list(&mut *app.store.read().await?, caller.customer).await?;
    json(&rules.iter().map(AutoReplyRuleOut::from).collect::<Vec<_>>())
}

/// Makes a rule; it is not active unless `isActive` is given. Of the same channel and topic one may be active (409).
#[utoipa::path(post, path = "/api/AutoReplyRules", tag = "AutoReplyRules", request_body = AutoReplyRuleIn,
    responses((status = 201, body = AutoReplyRuleOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn create_auto_reply_rule(
    State(app): State<App>,
    Change { caller, input, guard }: Change<AutoReplyRuleIn>,
) -> Result<Response> {
    caller.may_manage_settings()?;
    guard
        .write(&app, caller.customer, move |tx, _| {
            Box::pin(async move {
                let rule = domain::create(tx, caller.customer, caller.actor(), input.into()).await?;
                let location = format!("/api/AutoReplyRules/{}", rule.auto_reply_rule_id);
                Reply::created(location, &AutoReplyRuleOut::from(&rule))
            })
        })
        .await
}

/// One rule, with what was measured.
#[utoipa::path(get, path = "/api/AutoReplyRules/{id}", tag = "AutoReplyRules", params(("id" = i64, Path)),
    responses((status = 200, body = MeasuredRuleOut), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn get_auto_reply_rule(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    headers: HeaderMap,
) -> Result<Response> {
    caller.may_read()?;
    let mut conn = app.store.read().await?;
    let rule = store::get(&mut conn, caller.customer, AutoReplyRuleId(id)).await?;
    single(&headers, &full(&mut conn, caller.customer, &rule, app.clock.now()).await?)
}

async fn full(
    conn: &mut Conn,
    customer: CustomerId,
    rule: &AutoReplyRule,
    now: Timestamp,
) -> Result<MeasuredRuleOut> {
    let measured = domain::measured(conn, customer, rule, now).await?;
    Ok(MeasuredRuleOut {
        rule: rule.into(),
        measured_drafts: measured.drafts,
        measured_wrong: measured.wrong,
        measured_least_confidence: measured.least_confidence,
        measured_coverage: measured.coverage,
    })
}

/// Changes the fields given. Of the same channel and topic one may be active (409).
#[utoipa::path(put, path = "/api/AutoReplyRules/{id}", tag = "AutoReplyRules", params(("id" = i64, Path)), request_body = AutoReplyRuleIn,
    responses((status = 200, body = AutoReplyRuleOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem), (status = 413, body = Problem),
        (status = 415, body = Problem)))]
async fn update_auto_reply_rule(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, input, guard }: Change<AutoReplyRuleIn>,
) -> Result<Response> {
    caller.may_manage_settings()?;
    guard
        .write(&app, caller.customer, move |tx, guard| {
            Box::pin(async move {
                let before = store::get(tx, caller.customer, AutoReplyRuleId(id)).await?;
                if guard.has_precondition() {
                    let now = tx.now;
                    guard.check(&full(tx, caller.customer, &before, now).await?)?;
                }
                let after = domain::update(tx, caller.customer, caller.actor(), before, input.into()).await?;
                Reply::ok(&AutoReplyRuleOut::from(&after))
            })
        })
        .await
}

/// Deletes a rule.
#[utoipa::path(delete, path = "/api/AutoReplyRules/{id}", tag = "AutoReplyRules", params(("id" = i64, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 412, body = Problem)))]
async fn delete_auto_reply_rule(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, guard, .. }: Change,
) -> Result<Response> {
    caller.may_manage_settings()?;
    guard
        .write(&app, caller.customer, move |tx, guard| {
            Box::pin(async move {
                let before = store::get(tx, caller.customer, AutoReplyRuleId(id)).await?;
                if guard.has_precondition() {
                    let now = tx.now;
                    guard.check(&full(tx, caller.customer, &before, now).await?)?;
                }
                domain::delete(tx, caller.customer, caller.actor(), AutoReplyRuleId(id)).await?;
                Ok(Reply::no_content())
            })
        })
        .await
}
