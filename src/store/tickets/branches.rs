//! Splits a filter into parts that are each one range of an index in the order of the list, so that a
//! page never sorts everything that the filter lets through.

use super::filter::Filter;
use super::order::Order;
use crate::model::CustomerRepId;
use crate::model::ticket::CLOSED;

/// More scans than this cost more than they save.
const MOST: usize = 16;

/// Filters that exclude each other and together are `filter`; none where nothing can pass it.
/// `is_few` says that what is filtered is a short list of ids already.
pub fn branches(filter: &Filter, order: Order, is_few: bool) -> Vec<Filter> {
    let Some(filter) = implied(filter) else { return Vec::new() };
    let is_narrow = is_few || filter.uid_key.is_some() || filter.end_user.is_some();
    if !order.is_by_last_message() || is_narrow {
        return vec![filter];
    }
    let reps = match (filter.rep, filter.limited_to) {
        (Some(rep), _) => vec![rep],
        (None, Some(rep)) if rep == CustomerRepId(0) => vec![rep],
        (None, Some(rep)) => vec![CustomerRepId(0), rep],
        (None, None) => Vec::new(),
    };
    let closed = match filter.is_closed {
        Some(closed) => vec![closed],
        None if filter.statuses.is_empty() => vec![false, true],
        None => {
            let mut closed: Vec<bool> = filter.statuses.iter().map(|it| it == CLOSED).collect();
            closed.sort_unstable();
            closed.dedup();
            closed
        }
    };
    let split = if !reps.is_empty() {
        let each = |rep| {
            let (filter, closed) = (filter.clone(), closed.clone());
            closed.into_iter().map(move |closed| Filter {
                rep: Some(rep),
                limited_to: None,
                is_closed: Some(closed),
                ..filter.clone()
            })
        };
        reps.into_iter().flat_map(each).collect()
    } else if filter.statuses.len() > 1 {
        filter.statuses.iter().map(|it| Filter { statuses: vec![it.clone()], ..filter.clone() }).collect()
    } else if filter.statuses.is_empty() && filter.channels.len() > 1 {
        filter.channels.iter().map(|it| Filter { channels: vec![*it], ..filter.clone() }).collect()
    } else {
        Vec::new()
    };
    if (1..=MOST).contains(&split.len()) { split } else { vec![filter] }
}

/// Adds what follows: a closed ticket is one whose status is Closed, and an Agent's view has two reps.
/// None where it contradicts itself.
pub(super) fn implied(filter: &Filter) -> Option<Filter> {
    let mut filter = filter.clone();
    filter.statuses.sort_unstable();
    filter.statuses.dedup();
    filter.channels.sort_unstable();
    filter.channels.dedup();
    if let (Some(rep), Some(limit)) = (filter.rep, filter.limited_to) {
        if rep != limit && rep != CustomerRepId(0) {
            return None;
        }
        filter.limited_to = None;
    }
    match filter.is_closed {
        Some(true) if filter.statuses.is_empty() => filter.statuses.push(CLOSED.to_owned()),
        Some(closed) if !filter.statuses.is_empty() => {
            filter.statuses.retain(|it| (it == CLOSED) == closed);
            if filter.statuses.is_empty() {
                return None;
            }
        }
        _ => return Some(filter),
    }
    filter.is_closed = None;
    Some(filter)
}
