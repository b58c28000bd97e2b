//! `/api/Reports/overview`: how the desk does.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::Query;
use super::problem::Problem;
use super::reply::json;
use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::reports::{self as domain, AGES, Asked, DAY, Durations, Overview};
use crate::error::{Error, Result};
use crate::model::{CustomerRepId, DraftOutcome, Refs, Timestamp, TopicId};

/// So long a report is where it is not said.
const USUAL_DAYS: i64 = 30;
const FURTHEST_OFFSET: i64 = 14 * 60;
const MINUTE: i64 = 60 * 1_000_000;
const HOUR: i64 = 60 * MINUTE;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get_overview))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct OverviewQuery {
    /// 30 days before `to` where it is left out.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<Timestamp>,
    /// Now where it is left out.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<Timestamp>,
    /// Any of these channels.
    #[serde(default, rename = "channelIDs")]
    channel_ids: Vec<i64>,
    /// Minutes that the caller's clock is ahead of UTC: where their days begin.
    #[serde(rename = "utcOffset")]
    utc_offset: Option<i64>,
}

/// A number of tickets, and the query of `GET /api/tickets` that lists them.
#[derive(Serialize, ToSchema)]
pub struct FigureOut {
    count: u64,
    query: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AgeOut {
    from_hours: i64,
    /// Null for the oldest.
    to_hours: Option<i64>,
    count: u64,
    query: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DurationsOut {
    /// How many tickets it is of.
    count: u64,
    median_seconds: Option<i64>,
    /// Nine of ten take no longer.
    p90_seconds: Option<i64>,
    query: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DayOut {
    /// The day's beginning.
    #[schema(value_type = String, format = DateTime)]
    date: Timestamp,
    /// Tickets that came.
    created: u64,
    /// Tickets that were closed.
    closed: u64,
    query: String,
    closed_query: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TopicVolumeOut {
    /// Null for the tickets without a topic, which no query lists.
    #[serde(rename = "topicID")]
    topic_id: Option<TopicId>,
    topic_name: Option<String>,
    count: u64,
    query: Option<String>,
    days: Vec<TopicDayOut>,
}

#[derive(Serialize, ToSchema)]
pub struct TopicDayOut {
    #[schema(value_type = String, format = DateTime)]
    date: Timestamp,
    count: u64,
}

/// What became of the answers that the AI drafted. A figure counts drafts; its query lists their tickets.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DraftsOut {
    drafted: FigureOut,
    /// Sent as they were, white space and formatting aside.
    unchanged: FigureOut,
    /// Sent after a person changed them.
    edited: FigureOut,
    /// Not used: the answer says something else, or the ticket was answered otherwise, or closed.
    discarded: FigureOut,
    /// Neither yet.
    waiting: FigureOut,
    /// Those that reps liked.
    liked: FigureOut,
    disliked: FigureOut,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RepFigureOut {
    #[serde(rename = "customerRepID")]
    customer_rep_id: CustomerRepId,
    customer_rep_name: Option<String>,
    /// Answers sent.
    answers: i64,
    /// The tickets that they are in.
    answered: FigureOut,
    /// Tickets of theirs that were closed, and how long that took.
    resolution: DurationsOut,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OverviewOut {
    #[schema(value_type = String, format = DateTime)]
    from: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    to: Timestamp,
    /// Tickets that came in that time.
    created: FigureOut,
    /// The tickets that are open now, by how long ago they came.
    open_by_age: Vec<AgeOut>,
    /// From a ticket's making to the first answer, of those made in that time that have one.
    first_answer: DurationsOut,
    /// From a ticket's making to its closing, of those closed in that time.
    resolution: DurationsOut,
    /// Every day of that time.
    days: Vec<DayOut>,
    /// The most frequent first.
    topics: Vec<TopicVolumeOut>,
    drafts: DraftsOut,
    /// Those who answered or closed anything, by name.
    reps: Vec<RepFigureOut>,
}

/// The queries of the figures.
struct Queries {
    base: String,
    from: Timestamp,
    to: Timestamp,
}

impl Queries {
    fn new(asked: &Asked) -> Self {
        let channels: String = asked.channels.iter().map(|it| format!("&channelIDs={it}")).collect();
        Self { base: format!("isSpam=false{channels}"), from: asked.from, to: asked.to }
    }

    fn within(&self, name: &str, from: Timestamp, to: Timestamp) -> String {
        format!("{}&{name}From={}&{name}To={}", self.base, text(from), text(to))
    }

    fn whole(&self, name: &str) -> String {
        self.within(name, self.from, self.to)
    }

    fn open(&self, now: Timestamp, bucket: usize) -> String {
        // A ticket of exactly that age is in the older bucket.
        let to = Timestamp(now.0 - AGES[bucket] * HOUR);
        let from = AGES.get(bucket + 1).map(|it| Timestamp(now.0 - it * HOUR + 1));
        let from = from.map_or(String::new(), |it| format!("&createdFrom={}", text(it)));
        let to = if bucket == 0 { String::new() } else { format!("&createdTo={}", text(to)) };
        format!("isClosed=false&{}{from}{to}", self.base)
    }
}

fn text(at: Timestamp) -> String {
    answerpal_wire::time::format(at.0)
}

fn durations(it: &Durations, query: String) -> DurationsOut {
    DurationsOut { count: it.count, median_seconds: it.median, p90_seconds: it.p90, query }
}

/// How the desk does in a time: what is open, how fast tickets are answered and closed, what they are about,
/// what became of the AI's drafts, who answered. Spam is left out; an Agent's figures are of the tickets that
/// they see. Each figure has the query that lists its tickets.
#[utoipa::path(get, path = "/api/Reports/overview", tag = "Reports", params(OverviewQuery),
    responses((status = 200, body = OverviewOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn get_overview(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<OverviewQuery>,
) -> Result<Response> {
    caller.may_read()?;
    let now = app.clock.now();
    let offset = query.utc_offset.unwrap_or(0);
    if offset.unsigned_abs() > FURTHEST_OFFSET.unsigned_abs() {
        let why = format!("must be minutes, from -{FURTHEST_OFFSET} to {FURTHEST_OFFSET}");
        return Err(Error::invalid("utcOffset", why));
    }
    let to = query.to.unwrap_or(now);
    let from = query.from.unwrap_or(Timestamp(to.0.saturating_sub(USUAL_DAYS * DAY)));
    let asked = Asked {
        from,
        to,
        channels: query.channel_ids,
        offset: offset * MINUTE,
        limited_to: caller.limited_to(),
    };
    asked.check()?;
    let (customer, question) = (caller.customer, asked.clone());
    let overview = app
        .store
        .heavy(move |conn| Box::pin(async move { domain::overview(conn, customer, &question, now).await }))
        .await?;
    let refs = app.refs.current(&mut *app.store.read().await?, customer).await?;
    json(&out(&asked, overview, &refs, now))
}

fn out(asked: &Asked, overview: Overview, refs: &Refs, now: Timestamp) -> OverviewOut {
    let queries = Queries::new(asked);
    let ages = overview.open_by_age.iter().enumerate().map(|(bucket, count)| AgeOut {
        from_hours: AGES[bucket],
        to_hours: AGES.get(bucket + 1).copied(),
        count: *count,
        query: queries.open(now, bucket),
    });
    let answered = format!("{}&answeredFrom=1970-01-01T00:00:00Z", queries.whole("created"));
    OverviewOut {
        from: asked.from,
        to: asked.to,
        created: FigureOut { count: overview.came, query: queries.whole("created") },
        open_by_age: ages.collect(),
        first_answer: durations(&overview.first_answer, answered),
        resolution: durations(&overview.resolution, format!("{}&isClosed=true", queries.whole("closed"))),
        days: days(asked, &overview, &queries),
        topics: topics(&overview, refs, &queries),
        drafts: drafts(&overview, &queries),
        reps: reps(&overview, refs, &queries),
    }
}

fn days(asked: &Asked, overview: &Overview, queries: &Queries) -> Vec<DayOut> {
    let begins = |at: Timestamp| (at.0 + asked.offset).div_euclid(DAY) * DAY - asked.offset;
    let (mut day, last) = (begins(asked.from), begins(asked.to));
    let mut days = Vec::new();
    while day <= last {
        // The first and the last may be cut.
        let (from, to) = (asked.from.0.max(day), asked.to.0.min(day + DAY - 1));
        let (from, to) = (Timestamp(from), Timestamp(to));
        days.push(DayOut {
            date: Timestamp(day),
            created: overview.by_day.get(&day).copied().unwrap_or(0),
            closed: overview.closed_by_day.get(&day).copied().unwrap_or(0),
            query: queries.within("created", from, to),
            closed_query: format!("{}&isClosed=true", queries.within("closed", from, to)),
        });
        day += DAY;
    }
    days
}

fn topics(overview: &Overview, refs: &Refs, queries: &Queries) -> Vec<TopicVolumeOut> {
    let out = |topic: &Option<TopicId>| {
        let days = &overview.by_topic[topic];
        TopicVolumeOut {
            topic_id: *topic,
            topic_name: topic.and_then(|it| refs.topics.get(&it).cloned()),
            count: days.values().sum(),
            query: topic.map(|it| format!("{}&topicId={it}", queries.whole("created"))),
            days: days.iter().map(|(day, n)| TopicDayOut { date: Timestamp(*day), count: *n }).collect(),
        }
    };
    let mut topics: Vec<TopicVolumeOut> = overview.by_topic.keys().map(out).collect();
    topics.sort_by_key(|it| (std::cmp::Reverse(it.count), it.topic_id));
    topics
}

fn drafts(overview: &Overview, queries: &Queries) -> DraftsOut {
    let of = |outcome: DraftOutcome| {
        let count = overview.drafts.iter().find(|it| it.0 == outcome).map_or(0, |it| it.1);
        FigureOut { count, query: format!("{}&draft={outcome}", queries.whole("drafted")) }
    };
    let rated = |count, liked: bool| FigureOut {
        count,
        query: format!("{}&draftLiked={liked}", queries.whole("drafted")),
    };
    DraftsOut {
        drafted: FigureOut {
            count: overview.drafts.iter().map(|it| it.1).sum(),
            query: queries.whole("drafted"),
        },
        unchanged: of(DraftOutcome::Unchanged),
        edited: of(DraftOutcome::Edited),
        discarded: of(DraftOutcome::Discarded),
        waiting: of(DraftOutcome::Waiting),
        liked: rated(overview.draft_ratings.0, true),
        disliked: rated(overview.draft_ratings.1, false),
    }
}

fn reps(overview: &Overview, refs: &Refs, queries: &Queries) -> Vec<RepFigureOut> {
    let none = Durations::default();
    let mut ids: Vec<CustomerRepId> = overview.answers.iter().map(|it| it.customer_rep_id).collect();
    ids.extend(overview.resolutions.keys().filter(|it| it.0 != 0));
    ids.sort_unstable();
    ids.dedup();
    let out = |rep: CustomerRepId| {
        let answers = overview.answers.iter().find(|it| it.customer_rep_id == rep);
        let closed = format!("{}&isClosed=true&customerRepID={rep}", queries.whole("closed"));
        RepFigureOut {
            customer_rep_id: rep,
            customer_rep_name: refs.reps.get(&rep).cloned(),
            answers: answers.map_or(0, |it| it.answers),
            answered: FigureOut {
                count: answers.map_or(0, |it| it.tickets.unsigned_abs()),
                query: format!("{}&answeredBy={rep}", queries.whole("answered")),
            },
            resolution: durations(overview.resolutions.get(&rep).unwrap_or(&none), closed),
        }
    };
    let mut reps: Vec<RepFigureOut> = ids.into_iter().map(out).collect();
    reps.sort_by_key(|it| it.customer_rep_name.as_deref().map(str::to_lowercase));
    reps
}
