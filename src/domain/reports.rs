//! Figures over many tickets: how fast they are answered, what they are about, what became of the drafts.

use std::collections::{BTreeMap, HashMap};

use crate::domain::tickets::split_topics;
use crate::error::{Error, Result};
use crate::model::{CustomerId, CustomerRepId, DraftOutcome, Timestamp, TopicId};
use crate::store::Conn;
use crate::store::reports::{self as store, RepAnswers};
use crate::store::tickets::Filter;

const HOUR: i64 = 3600 * 1_000_000;
pub const DAY: i64 = 24 * HOUR;
/// The longest time that one report spans, in days.
pub const LONGEST_DAYS: i64 = 3660;
/// Open tickets are told apart by how old they are: from so many hours on.
pub const AGES: [i64; 6] = [0, 4, 24, 3 * 24, 7 * 24, 30 * 24];

/// What is asked of a report.
#[derive(Clone)]
pub struct Asked {
    pub from: Timestamp,
    pub to: Timestamp,
    pub channels: Vec<i64>,
    /// Days begin so many microseconds before midnight in UTC.
    pub offset: i64,
    /// An Agent's figures are of the tickets that they see.
    pub limited_to: Option<CustomerRepId>,
}

/// How long something takes, in seconds.
#[derive(Default)]
pub struct Durations {
    pub count: u64,
    pub median: Option<i64>,
    /// Nine of ten take no longer.
    pub p90: Option<i64>,
}

pub struct Overview {
    /// How many open tickets are as old as each of [`AGES`] or older, but not as old as the next.
    pub open_by_age: Vec<u64>,
    pub came: u64,
    pub first_answer: Durations,
    pub resolution: Durations,
    /// Tickets that came, by the day's beginning.
    pub by_day: BTreeMap<i64, u64>,
    /// Tickets that were closed, by the day's beginning.
    pub closed_by_day: BTreeMap<i64, u64>,
    /// The same by topic; None is without one.
    pub by_topic: HashMap<Option<TopicId>, BTreeMap<i64, u64>>,
    pub drafts: Vec<(DraftOutcome, u64)>,
    /// Drafts that reps liked, and disliked.
    pub draft_ratings: (u64, u64),
    pub answers: Vec<RepAnswers>,
    /// By the rep who had the ticket.
    pub resolutions: HashMap<CustomerRepId, Durations>,
}

impl Asked {
    pub fn check(&self) -> Result<()> {
        if self.to < self.from {
            return Err(Error::invalid("to", "must not be before from"));
        }
        if (self.to.0 - self.from.0) / DAY > LONGEST_DAYS {
            return Err(Error::invalid("from", format!("must be at most {LONGEST_DAYS} days before to")));
        }
        Ok(())
    }

    fn filter(&self) -> Filter {
        Filter {
            channels: self.channels.clone(),
            limited_to: self.limited_to,
            is_spam: Some(false),
            ..Filter::default()
        }
    }

    fn day(&self, at: Timestamp) -> i64 {
        (at.0 + self.offset).div_euclid(DAY) * DAY - self.offset
    }
}

/// All figures of one time. Cost: one pass over the tickets of that time, and one over the open ones.
pub async fn overview(
    conn: &mut Conn,
    customer: CustomerId,
    asked: &Asked,
    now: Timestamp,
) -> Result<Overview> {
    let (filter, span) = (asked.filter(), (asked.from, asked.to));
    let open = Filter { is_closed: Some(false), ..filter.clone() };
    let open_by_age = by_age(&store::dates(conn, customer, &open).await?, now);
    let created = Filter { created_from: Some(asked.from), created_to: Some(asked.to), ..filter.clone() };
    let came = store::came(conn, customer, &created).await?;
    let mut by_day = BTreeMap::new();
    let mut by_topic: HashMap<Option<TopicId>, BTreeMap<i64, u64>> = HashMap::new();
    let mut waited = Vec::new();
    for ticket in &came {
        let day = asked.day(ticket.date_created);
        *by_day.entry(day).or_default() += 1;
        let mut topics: Vec<Option<TopicId>> = split_topics(&ticket.topic_ids).map(Some).collect();
        if topics.is_empty() {
            topics.push(None);
        }
        for topic in topics {
            *by_topic.entry(topic).or_default().entry(day).or_default() += 1;
        }
        waited.extend(ticket.first_answer.map(|it| it.0 - ticket.date_created.0));
    }
    let closed =
        Filter { closed: (Some(asked.from), Some(asked.to)), is_closed: Some(true), ..filter.clone() };
    let (mut took, mut closed_by_day) = (Vec::new(), BTreeMap::new());
    let mut by_rep: HashMap<CustomerRepId, Vec<i64>> = HashMap::new();
    for (came, closed, rep) in store::closed(conn, customer, &closed).await? {
        let Some(closed) = closed else { continue };
        took.push(closed.0 - came.0);
        by_rep.entry(rep).or_default().push(closed.0 - came.0);
        *closed_by_day.entry(asked.day(closed)).or_default() += 1;
    }
    let mut drafts = Vec::new();
    for outcome in DraftOutcome::ALL {
        drafts.push((*outcome, store::drafts(conn, customer, &filter, span, *outcome).await?));
    }
    Ok(Overview {
        open_by_age,
        came: came.len() as u64,
        first_answer: durations(waited),
        resolution: durations(took),
        by_day,
        closed_by_day,
        by_topic,
        drafts,
        draft_ratings: store::draft_ratings(conn, customer, &filter, span).await?,
        answers: store::answers_by_rep(conn, customer, &filter, span).await?,
        resolutions: by_rep.into_iter().map(|(rep, took)| (rep, durations(took))).collect(),
    })
}

fn by_age(dates: &[i64], now: Timestamp) -> Vec<u64> {
    let mut counts = vec![0; AGES.len()];
    for date in dates {
        let hours = (now.0 - date).div_euclid(HOUR);
        let bucket = AGES.iter().rposition(|it| hours >= *it).unwrap_or(0);
        counts[bucket] += 1;
    }
    counts
}

/// Nearest rank: a figure that one of them really took.
fn durations(mut micros: Vec<i64>) -> Durations {
    micros.sort_unstable();
    let rank = |percent: usize| {
        let at = (micros.len() * percent).div_ceil(100).saturating_sub(1);
        micros.get(at).map(|it| it.max(&0) / 1_000_000)
    };
    Durations { count: micros.len() as u64, median: rank(50), p90: rank(90) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_nearest_rank() {
        let of = |seconds: &[i64]| {
            let it = durations(seconds.iter().map(|it| it * 1_000_000).collect());
            (it.count, it.median, it.p90)
        };
        assert_eq!(of(&[]), (0, None, None));
        assert_eq!(of(&[7]), (1, Some(7), Some(7)));
        assert_eq!(of(&[10, 1, 2, 3, 4, 5, 6, 7, 8, 9]), (10, Some(5), Some(9)));
        assert_eq!(of(&[1, 2, 3]), (3, Some(2), Some(3)));
    }

    #[test]
    fn ages_begin_at_their_hour() {
        let now = Timestamp(1000 * HOUR);
        let ages = [0, 3, 4, 23, 24, 72, 168, 719, 720, 999];
        let dates: Vec<i64> = ages.iter().map(|it| now.0 - it * HOUR).collect();
        assert_eq!(by_age(&dates, now), [2, 2, 1, 1, 2, 2]);
    }
}
