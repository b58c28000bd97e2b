//! What each way of reading a part of a list costs, in microseconds on a machine of 2026: only the relations
//! count.

use super::super::filter::Filter;
use super::super::order::{Order, Source};

/// To go on by the ids and look at what their index says.
const ID: f64 = 0.06;
/// To go on in an index whose order is that of the rows, and look the row up.
const NEAR: f64 = 0.13;
/// To look up a row somewhere in the table. What is sought may lie at the far end of the list, hence more
/// than it takes.
const FAR: f64 = 2.0;
/// To read a row by an index of its filter and keep it for sorting.
const SORTED: f64 = 1.4;
/// The same where the index says everything.
const SORTED_ID: f64 = 0.08;
/// To sort what was gone on to.
const COMPARED: f64 = 0.03;
/// To put an id into a set.
const KEPT: f64 = 0.13;
/// To go on in an index and look into a set.
const ASKED: f64 = 0.23;

/// How a piece is read.
#[derive(Clone, PartialEq, Debug)]
pub enum Way {
    /// In the order of the list, past those that the filter does not let through.
    Walk,
    /// By this index of the filter, to be sorted.
    Sort(&'static str),
    /// In the order of the list, past those that are not in the set that this index has of a part of the
    /// filter.
    Among(&'static str, Box<Filter>),
}

/// How many tickets there are: `n` of the filter, of the parts of it that have an index, and all.
#[derive(Clone, Copy, Default)]
pub struct Sums {
    pub n: u64,
    pub parts: [u64; PARTS],
    pub all: u64,
}

impl Sums {
    pub fn add(&mut self, other: &Self) {
        self.n += other.n;
        self.all += other.all;
        for (part, more) in self.parts.iter_mut().zip(other.parts) {
            *part += more;
        }
    }
}

pub const PARTS: usize = 5;
const INDEXES: [&str; PARTS] =
    ["tickets_rep", "tickets_status", "tickets_channel", "tickets_spam", "tickets_escalated"];

/// What each of the indexes has of a filter; nothing where it does not help.
pub fn parts(filter: &Filter) -> [Filter; PARTS] {
    let none = Filter::default;
    let is_of_rep = filter.rep.is_some() || filter.limited_to.is_some() || !filter.reps.is_empty();
    [
        Filter {
            rep: filter.rep,
            reps: filter.reps.clone(),
            limited_to: filter.limited_to,
            is_closed: filter.is_closed.filter(|_| is_of_rep),
            ..none()
        },
        Filter { statuses: filter.statuses.clone(), ..none() },
        Filter { channels: filter.channels.clone(), ..none() },
        Filter { is_spam: filter.is_spam.filter(|it| *it), ..none() },
        Filter { escalated: filter.escalated.filter(|it| *it), ..none() },
    ]
}

/// The filter without what one of its parts says.
pub fn rest(filter: &Filter, part: &Filter) -> Filter {
    let mut rest = filter.clone();
    if part.rep.is_some() || part.limited_to.is_some() || !part.reps.is_empty() {
        (rest.rep, rest.limited_to, rest.is_closed) = (None, None, None);
        rest.reps.clear();
    }
    if !part.statuses.is_empty() {
        rest.statuses.clear();
    }
    if !part.channels.is_empty() {
        rest.channels.clear();
    }
    rest.is_spam = rest.is_spam.filter(|_| part.is_spam.is_none());
    rest.escalated = rest.escalated.filter(|_| part.escalated.is_none());
    rest
}

/// The cheapest way to so many tickets of the list, and its cost in microseconds.
pub fn cheapest(filter: &Filter, order: Order, want: i64, sums: &Sums) -> (Way, f64) {
    let all = sums.all as f64;
    let visits = (want as f64 * all / sums.n.max(1) as f64).min(all);
    let by_ids = index_of(order).is_none();
    let id = if is_beside_ids(filter) { ID } else { NEAR };
    let walk = match order.sort.source {
        Source::Rows | Source::Values(_) => visits * id,
        Source::Beside(_) => all * (id + COMPARED),
        Source::Index("tickets_created") => visits * NEAR,
        Source::Index(_) => visits * FAR,
    };
    let is_sorted = matches!(order.sort.source, Source::Beside(_));
    let mut best = (Way::Walk, walk);
    let mut consider = |way: Way, cost: f64| {
        if cost < best.1 {
            best = (way, cost);
        }
    };
    for ((part, index), n) in parts(filter).into_iter().zip(INDEXES).zip(sums.parts) {
        if part == Filter::default() {
            continue;
        }
        let is_whole = rest(filter, &part) == Filter::default();
        let n = n as f64;
        consider(Way::Sort(index), n * if is_whole && by_ids && !is_sorted { SORTED_ID } else { SORTED });
        if !by_ids {
            let others = if is_whole { 0.0 } else { visits * n / all * FAR };
            consider(Way::Among(index, Box::new(part)), n * KEPT + visits * ASKED + others);
        }
    }
    best
}

/// Whether the index of the ids says all that the filter asks.
fn is_beside_ids(filter: &Filter) -> bool {
    let Filter { rep, reps, limited_to, statuses, is_closed, .. } = filter.clone();
    *filter == Filter { rep, reps, limited_to, statuses, is_closed, ..Filter::default() }
}

/// The index that has the order; None where the ids are gone through.
pub fn index_of(order: Order) -> Option<&'static str> {
    match order.sort.source {
        Source::Index(index) => Some(index),
        Source::Rows | Source::Values(_) | Source::Beside(_) => None,
    }
}
