//! Pages of tickets: plain lists and searches with few hits in place, other searches on a thread of their
//! own.

use std::collections::{HashMap, HashSet};

use answerpal_text::{Query, best_snippet, parse_query};
use answerpal_wire::paging::Paging;

use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::page_memory::{PageEnds, PageKey, Place};
use crate::error::Result;
use crate::model::{CustomerId, TicketId};
use crate::store::search::{self, Excerpt, Hit, Reach, Words};
use crate::store::tickets::{self as store, Filter, Listed, Order, Part};
use crate::store::{Conn, ReadConn};

/// More hits than this are not ranked: they come newest first.
const RANKED: u64 = 10_000;
/// No more hits than this are found in place, without a thread hop.
const FEW: i64 = 200;
/// So far from the beginning, a page is read backwards from the one after it, where that one is known.
const FAR: i64 = 1_000;
const SNIPPET_CHARS: usize = 160;

/// A list that was asked for.
#[derive(Clone)]
pub struct Asked {
    pub filter: Filter,
    pub order: Sorted,
    pub search: Option<String>,
}

#[derive(Clone, Copy)]
pub enum Sorted {
    /// By relevance where there is a search with few enough hits, else the newest first; or the other
    /// way round.
    Naturally {
        reversed: bool,
    },
    By(Order),
}

impl Sorted {
    /// The order of the rows where nothing is ranked.
    fn plain(self) -> Order {
        match self {
            Self::Naturally { reversed } => Order::by_last_message(!reversed),
            Self::By(order) => order,
        }
    }
}

/// A page, with where a search found its tickets.
pub struct Found {
    pub tickets: Vec<Listed>,
    pub total: u64,
    pub snippets: HashMap<TicketId, String>,
}

/// A page of what is asked for. Gives the connection back, or another one.
pub async fn page(
    app: &App,
    conn: ReadConn,
    caller: &Caller,
    asked: Asked,
    paging: &Paging,
) -> Result<(Found, ReadConn)> {
    let order = asked.order.plain();
    let list = format!(
        "{:?} {:?} {} {} {}",
        asked.filter, asked.search, order.sort.name, order.descending, paging.size
    );
    let key =
        PageKey { customer: caller.customer, identity: caller.identity.clone(), list, number: paging.number };
    let now = app.clock.now();
    let known = |number| app.pages.ends_of(&PageKey { number, ..key.clone() }, now);
    let after = if paging.number > 1 { known(paging.number - 1).map(|it| it.last) } else { None };
    let before = if after.is_none() && paging.offset() >= FAR {
        known(paging.number.saturating_add(1)).map(|it| it.first)
    } else {
        None
    };
    let offset = if after.is_some() { 0 } else { paging.offset() };
    let part = Part { limit: paging.limit(), offset, after };
    let (found, is_plain, conn) = match &asked.search {
        Some(_) => search_page(app, conn, caller.customer, asked, part, paging.offset()).await?,
        None => {
            let mut conn = conn;
            (plain_page(&mut conn, caller.customer, &asked, &part, before).await?, true, conn)
        }
    };
    let place = |it: &Listed| Some((order.place(&it.ticket)?, it.ticket.ticket_id.0));
    if is_plain
        && let Some(first) = found.tickets.first().and_then(place)
        && let Some(last) = found.tickets.last().and_then(place)
    {
        app.pages.note(key, PageEnds { first, last }, now);
    }
    Ok((found, conn))
}

/// `before` is the first row of the page after it.
async fn plain_page(
    conn: &mut Conn,
    customer: CustomerId,
    asked: &Asked,
    part: &Part,
    before: Option<Place>,
) -> Result<Found> {
    let order = asked.order.plain();
    let found = |tickets, total| Found { tickets, total, snippets: HashMap::new() };
    if let Some(before) = before {
        let back = Part { limit: part.limit, offset: 0, after: Some(before) };
        let (mut tickets, total) =
            store::page(conn, customer, &asked.filter, order.reversed(), &back).await?;
        if tickets.len() as i64 == part.limit {
            tickets.reverse();
            return Ok(found(tickets, total));
        }
    }
    let (tickets, total) = store::page(conn, customer, &asked.filter, order, part).await?;
    Ok(found(tickets, total))
}

/// Whether the page is in plain order (and not ranked) is told with it.
async fn search_page(
    app: &App,
    mut conn: ReadConn,
    customer: CustomerId,
    asked: Asked,
    part: Part,
    offset: i64,
) -> Result<(Found, bool, ReadConn)> {
    let query = parse_query(asked.search.as_deref().unwrap_or_default());
    if query.is_empty() {
        return Ok((Found { tickets: Vec::new(), total: 0, snippets: HashMap::new() }, false, conn));
    }
    if let Some((found, is_plain)) = search_few(&mut conn, customer, &asked, &query, &part, offset).await? {
        return Ok((found, is_plain, conn));
    }
    // Given back first: who waits for a second connection while they hold one may wait for each other.
    conn.finish().await?;
    let (found, is_plain) = app
        .store
        .heavy(move |conn| {
            Box::pin(async move { search(conn, customer, &asked, &query, None, part, offset).await })
        })
        .await?;
    Ok((found, is_plain, app.store.read().await?))
}

/// Searches in place where the hits are few, which a word of the query tells that has few; None where they
/// may be many.
async fn search_few(
    conn: &mut Conn,
    customer: CustomerId,
    asked: &Asked,
    query: &Query,
    part: &Part,
    offset: i64,
) -> Result<Option<(Found, bool)>> {
    if query.has_prefix() {
        return Ok(None);
    }
    let mut words = query.exact_words();
    let (first, second) = (words.next(), words.next());
    let mut is_rare = second.is_none();
    for word in first.into_iter().chain(second).chain(words) {
        is_rare = is_rare || search::count_hits(conn, customer, &word, FEW + 1).await? <= FEW.unsigned_abs();
    }
    if !is_rare {
        return Ok(None);
    }
    let Some(hits) = search::few_hits(conn, customer, query, FEW).await? else { return Ok(None) };
    match asked.order {
        Sorted::Naturally { reversed } => {
            let found = best(conn, customer, asked, query, hits, reversed, (part.limit, offset)).await?;
            Ok(Some((found, false)))
        }
        Sorted::By(_) => {
            let part = Part { after: part.after.clone(), ..*part };
            search(conn, customer, asked, query, Some(hits.len() as u64), part, offset).await.map(Some)
        }
    }
}

/// A page of few hits, best first: they are ranked here, and only the page's tickets are read.
async fn best(
    conn: &mut Conn,
    customer: CustomerId,
    asked: &Asked,
    query: &Query,
    mut hits: Vec<Hit>,
    reversed: bool,
    (limit, offset): (i64, i64),
) -> Result<Found> {
    if !asked.filter.is_everything() && !hits.is_empty() {
        let ids = hits.iter().map(|it| it.ticket_id.0).collect();
        let passing: HashSet<TicketId> =
            store::passing(conn, customer, &asked.filter, ids).await?.into_iter().collect();
        hits.retain(|it| passing.contains(&it.ticket_id));
    }
    hits.sort_by(|one, other| one.score.total_cmp(&other.score).then(other.ticket_id.cmp(&one.ticket_id)));
    if reversed {
        hits.reverse();
    }
    let total = hits.len() as u64;
    let (limit, offset) = (limit.max(0) as usize, offset.max(0) as usize);
    let ids: Vec<i64> = hits.iter().skip(offset).take(limit).map(|it| it.ticket_id.0).collect();
    let place: HashMap<i64, usize> = ids.iter().enumerate().map(|(place, id)| (*id, place)).collect();
    let (mut tickets, excerpts) = search::page(conn, customer, ids).await?;
    tickets.sort_by_key(|it| place.get(&it.ticket.ticket_id.0).copied());
    let snippets = snippets(query, &tickets, excerpts);
    Ok(Found { tickets, total, snippets })
}

async fn search(
    conn: &mut Conn,
    customer: CustomerId,
    asked: &Asked,
    query: &Query,
    hits: Option<u64>,
    mut part: Part,
    offset: i64,
) -> Result<(Found, bool)> {
    let filter = &asked.filter;
    // All are found for some of them where a prefix is asked for, and all count where nothing is filtered.
    let most = if filter.is_everything() || query.has_prefix() { i64::MAX } else { RANKED as i64 + 1 };
    let hits = match hits {
        Some(hits) => hits,
        None => search::count_hits(conn, customer, query, most).await?,
    };
    let total = match filter.is_everything() {
        true => hits,
        false if hits == 0 => 0,
        false => {
            let reach = if hits > RANKED { Reach::Among } else { Reach::Set };
            store::count_found(conn, customer, filter, Words { query, reach }).await?
        }
    };
    let mut is_plain = true;
    let tickets = match asked.order {
        _ if total == 0 => Vec::new(),
        Sorted::Naturally { reversed } if hits <= RANKED => {
            is_plain = false;
            part = Part { offset, after: None, ..part };
            search::ranked(conn, customer, filter, query, !reversed, &part).await?
        }
        _ => {
            let order = asked.order.plain();
            let reach = if hits > FEW.unsigned_abs() && order.is_by_last_message() {
                let wanted = (part.offset as u64).saturating_add(part.limit as u64);
                let candidates = candidates(conn, customer, filter).await?;
                let visits = wanted.saturating_mul(candidates) / total;
                // A prefix is looked up anew for each ticket, all its words together.
                if hits > RANKED && visits <= conn.dialect().most_probes(hits) && !query.has_prefix() {
                    Reach::Each
                } else if hits > RANKED || visits <= hits {
                    Reach::Among
                } else {
                    Reach::Set
                }
            } else if hits > RANKED {
                Reach::Among
            } else {
                Reach::Set
            };
            let words = Words { query, reach };
            store::list(conn, customer, filter, Some(words), order, &part).await?
        }
    };
    let ids = tickets.iter().map(|it| it.ticket.ticket_id.0).collect();
    let excerpts = search::excerpts(conn, customer, ids).await?;
    let snippets = snippets(query, &tickets, excerpts);
    Ok((Found { tickets, total, snippets }, is_plain))
}

/// How many tickets the filter lets through, at most, by the counters.
async fn candidates(conn: &mut Conn, customer: CustomerId, filter: &Filter) -> Result<u64> {
    store::count(conn, customer, &filter.counted_part()).await
}

/// Where the words are: the first text that has them all, else the first that has any.
fn snippets(query: &Query, tickets: &[Listed], excerpts: Vec<Excerpt>) -> HashMap<TicketId, String> {
    let mut messages: HashMap<TicketId, Vec<Excerpt>> = HashMap::new();
    for excerpt in excerpts {
        messages.entry(excerpt.ticket_id).or_default().push(excerpt);
    }
    let of_ticket = |listed: &Listed| {
        let id = listed.ticket.ticket_id;
        let texts = texts(listed, messages.get(&id).map_or(&[], Vec::as_slice));
        let found = best_snippet(texts, query, SNIPPET_CHARS);
        Some((id, found?.html))
    };
    tickets.iter().filter_map(of_ticket).collect()
}

fn texts<'a>(listed: &'a Listed, messages: &'a [Excerpt]) -> Vec<&'a str> {
    let mut texts = vec![&listed.ticket.subject];
    for it in messages {
        texts.extend([&it.message, &it.text_body, &it.subject]);
    }
    texts.push(&listed.ticket.uid);
    if let Some(it) = &listed.end_user {
        texts.extend([&it.name, &it.firstname, &it.lastname, &it.company]);
    }
    for it in messages {
        texts.extend([&it.from_name, &it.from_address, &it.to_address]);
    }
    texts.into_iter().filter_map(Option::as_deref).collect()
}
