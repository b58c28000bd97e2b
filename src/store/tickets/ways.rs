//! Chooses how a list is read in an order that no index has for its filter: the counters tell what each way
//! costs. What has few values is read value by value, so that nothing is sorted but ties.

use std::cmp::Ordering;

use super::branches::implied;
use super::filter::{Clause, Filter};
use super::order::{Order, Source, Values};
use super::part::Part;
use crate::error::{Error, Result};
use crate::model::ticket::CLOSED;
use crate::model::{ChannelType, CustomerId, CustomerRepId};
use crate::store::dialect::Dialect;
use crate::store::{Columns, Conn, FromRow, Value};

mod cost;

pub(super) use cost::Way;
use cost::{PARTS, Sums, cheapest, index_of, parts, rest};

/// A page that needs more pieces is sorted as a whole: they are small then.
const MOST: usize = 32;

/// One range of the list.
pub(super) struct Piece {
    pub filter: Filter,
    /// In which order its tickets come: by their ids where they all have the same value.
    pub order: Order,
    pub way: Way,
    /// In microseconds, as a guess.
    #[cfg_attr(not(test), expect(dead_code, reason = "the tests hold it down"))]
    pub cost: f64,
    pub part: Part,
}

/// Those of one value, or of one that has the same name.
struct Group {
    value: Value<'static>,
    members: Vec<i64>,
    sums: Sums,
}

impl FromRow for Group {
    fn from_row(columns: &mut Columns<'_>) -> Result<Self> {
        let (value, member) = (columns.take()?, columns.take()?);
        let mut sum = || columns.take::<i64>().map(|it| it.max(0) as u64);
        let (n, all) = (sum()?, sum()?);
        let mut parts = [0; PARTS];
        for part in &mut parts {
            *part = sum()?;
        }
        Ok(Self { value, members: vec![member], sums: Sums { n, parts, all } })
    }
}

impl Values {
    /// What a value consists of: the ids of those that have the same name.
    fn member(self) -> &'static str {
        match self {
            Self::Channel | Self::ChannelType => "t.channel_id",
            Self::Rep => "t.customer_rep_id",
            Self::Status | Self::Escalated | Self::Spam | Self::Closed => "CAST(0 AS BIGINT)",
        }
    }

    /// The filter for one value.
    fn narrow(self, filter: &Filter, value: &Value<'static>, members: &[i64]) -> Result<Filter> {
        let mut filter = filter.clone();
        let is_true = matches!(value, Value::Bool(true) | Value::Int(1));
        match (self, value) {
            (Self::Status, Value::Text(it)) => filter.statuses = vec![it.clone().into_owned()],
            (Self::ChannelType, Value::Text(it)) => {
                filter.channel_type = ChannelType::parse(it);
                filter.channels = members.to_vec();
            }
            (Self::Status | Self::ChannelType, _) => return Err(Error::internal("such a value is a text")),
            (Self::Channel, _) => filter.channels = members.to_vec(),
            (Self::Rep, _) => {
                filter.limited_to = None;
                match members {
                    [one] => filter.rep = Some(CustomerRepId(*one)),
                    many => (filter.rep, filter.reps) = (None, many.to_vec()),
                }
            }
            (Self::Escalated, _) => filter.escalated = Some(is_true),
            (Self::Spam, _) => filter.is_spam = Some(is_true),
            (Self::Closed, _) => filter.is_closed = Some(is_true),
        }
        Ok(filter)
    }
}

/// As the engines order them: nothing is the least, texts go by their bytes.
fn compare(one: &Value<'_>, other: &Value<'_>) -> Ordering {
    let number = |it: &Value<'_>| match it {
        Value::Int(it) => *it,
        Value::Bool(it) => (*it).into(),
        _ => i64::MIN,
    };
    match (one, other) {
        (Value::Text(one), Value::Text(other)) => one.as_bytes().cmp(other.as_bytes()),
        (Value::Text(_), _) => Ordering::Greater,
        (_, Value::Text(_)) => Ordering::Less,
        (one, other) => number(one).cmp(&number(other)),
    }
}

/// Whether the ways apply: the counters know the filter, and something has the order.
pub(super) fn are_for(filter: &Filter, order: Order, dialect: Dialect) -> bool {
    let has_order = match order.sort.source {
        Source::Index(index) | Source::Beside(index) => dialect.has_index_of_tickets(index),
        Source::Rows | Source::Values(_) => true,
    };
    filter.is_counted() && !order.is_by_last_message() && has_order
}

/// A list of all tickets in the order of an index; None where more has to be known.
pub(super) fn of_all(filter: &Filter, order: Order, part: &Part) -> Option<Piece> {
    let is_plain = filter.is_everything() && !matches!(order.sort.source, Source::Values(_));
    is_plain.then(|| Piece { filter: filter.clone(), order, way: Way::Walk, cost: 0.0, part: part.clone() })
}

/// The pieces that a page consists of, and how many tickets the list has; None where there are too many.
pub(super) async fn pieces(
    conn: &mut Conn,
    customer: CustomerId,
    filter: &Filter,
    order: Order,
    part: &Part,
) -> Result<(Option<Vec<Piece>>, u64)> {
    let filter = &with_statuses(conn, customer, filter).await?;
    let (sql, params) = sums_statement(customer, filter, order);
    let mut groups: Vec<Group> = Vec::new();
    for group in conn.query::<Group>(&sql, &params).await? {
        match groups.last_mut().filter(|it| it.value == group.value) {
            Some(same) => {
                same.members.extend(group.members);
                same.sums.add(&group.sums);
            }
            None => groups.push(group),
        }
    }
    let total = groups.iter().map(|it| it.sums.n).sum();
    Ok((divide(filter, order, part, &groups)?, total))
}

/// The statuses that open tickets have: an index has those.
async fn with_statuses(conn: &mut Conn, customer: CustomerId, filter: &Filter) -> Result<Filter> {
    let mut filter = filter.clone();
    if filter.is_closed == Some(false) && filter.statuses.is_empty() && parts(&filter)[0] == Filter::default()
    {
        let sql = "SELECT DISTINCT status FROM ticket_counts WHERE customer_id = $1 AND status <> $2 ORDER BY status";
        let rows: Vec<(String,)> = conn.query(sql, &[customer.into(), CLOSED.into()]).await?;
        filter.statuses = rows.into_iter().map(|it| it.0).collect();
        filter.is_closed = filter.is_closed.filter(|_| filter.statuses.is_empty());
    }
    Ok(filter)
}

fn sums_statement(customer: CustomerId, filter: &Filter, order: Order) -> (String, Vec<Value<'static>>) {
    let (all, parts) = (Filter::default(), parts(filter));
    let mut clause = Clause::new(customer);
    let mut sums = String::new();
    for filter in [filter, &all].into_iter().chain(&parts) {
        clause.sql = "TRUE".into();
        clause.counted(filter);
        sums.push_str(&format!(", CAST(SUM(CASE WHEN {} THEN t.n ELSE 0 END) AS BIGINT)", clause.sql));
    }
    let from = format!("{sums} FROM ticket_counts t{} WHERE t.customer_id = $1", order.sort.join);
    let sql = match order.sort.source {
        Source::Values(values) => format!(
            "SELECT {}, {}{from} GROUP BY 1, 2 ORDER BY {}, 2",
            order.sort.column,
            values.member(),
            order.of_values(),
        ),
        _ => format!("SELECT CAST(NULL AS BIGINT), CAST(0 AS BIGINT){from} GROUP BY t.customer_id"),
    };
    (sql, clause.params.iter().map(Value::to_owned_value).collect())
}

fn divide(filter: &Filter, order: Order, part: &Part, groups: &[Group]) -> Result<Option<Vec<Piece>>> {
    let mut whole = Sums::default();
    groups.iter().for_each(|it| whole.add(&it.sums));
    let (mut offset, mut wanted) = (part.offset, part.limit);
    let mut pieces = Vec::new();
    for group in groups.iter().filter(|it| it.sums.n > 0) {
        let n = group.sums.n as i64;
        let Source::Values(values) = order.sort.source else {
            // What is open was not closed.
            let is_open = filter.is_closed == Some(false)
                || !filter.statuses.is_empty() && !filter.statuses.iter().any(|it| it == CLOSED);
            let is_constant = is_open && order.sort.source == Source::Index("tickets_closed");
            let order = if is_constant { Order::by_id(order.descending) } else { order };
            let (way, cost) = cheapest(filter, order, part.offset.saturating_add(part.limit), &whole);
            return Ok(Some(vec![Piece { filter: filter.clone(), order, way, cost, part: part.clone() }]));
        };
        let mut after = None;
        if let Some((value, id)) = &part.after {
            match compare(&group.value, value) {
                Ordering::Equal => after = Some((Value::Null, *id)),
                Ordering::Less if !order.descending => continue,
                Ordering::Greater if order.descending => continue,
                _ => {}
            }
        } else if offset >= n {
            offset -= n;
            continue;
        }
        // How many come after a place is not known: those of the next value may have to fill the page.
        let limit = if after.is_some() { part.limit } else { wanted.min(n - offset) };
        let filter_of_value = values.narrow(filter, &group.value, &group.members)?;
        let Some(narrowed) = implied(&filter_of_value) else { continue };
        let mut sums = Sums { n: group.sums.n, all: whole.all, ..Sums::default() };
        let own = parts(&narrowed).into_iter().zip(parts(filter)).enumerate();
        for (index, (narrowed, before)) in own {
            let of = if narrowed == before { &whole } else { &group.sums };
            sums.parts[index] = of.parts[index];
        }
        let order = Order::by_id(order.descending);
        let (way, cost) = cheapest(&narrowed, order, offset.saturating_add(limit), &sums);
        wanted -= if after.is_some() { 0 } else { limit };
        pieces.push(Piece { filter: narrowed, order, way, cost, part: Part { limit, offset, after } });
        offset = 0;
        if wanted == 0 {
            break;
        }
    }
    Ok((pieces.len() <= MOST).then_some(pieces))
}

/// A statement for the ids of the pieces, in the order of the list.
pub(super) fn statement(
    customer: CustomerId,
    pieces: &[Piece],
    order: Order,
    limit: i64,
    dialect: Dialect,
) -> (String, Vec<Value<'static>>) {
    let mut params = vec![customer.into()];
    let mut scans = Vec::with_capacity(pieces.len());
    for (place, piece) in pieces.iter().enumerate() {
        let sorted = match (order.sort.source, piece.order.sort.name == order.sort.name) {
            (Source::Values(_), _) => place.to_string(),
            (_, true) => order.sort.column.to_owned(),
            (_, false) => "CAST(NULL AS BIGINT)".to_owned(),
        };
        let scan;
        (scan, params) = self::scan(piece, &sorted, dialect, params);
        scans.push(scan);
    }
    if let ([_], Some(scan)) = (scans.as_slice(), scans.first()) {
        return (scan.clone(), params);
    }
    for (number, scan) in scans.iter_mut().enumerate() {
        *scan = format!("SELECT * FROM ({scan}) s{number}");
    }
    let ids = scans.join(" UNION ALL ");
    (format!("{ids} ORDER BY sorted, ticket_id {} LIMIT {limit}", order.direction()), params)
}

fn scan(
    piece: &Piece,
    sorted: &str,
    dialect: Dialect,
    params: Vec<Value<'static>>,
) -> (String, Vec<Value<'static>>) {
    let index_of_order = index_of(piece.order);
    let (others, index, set) = match &piece.way {
        Way::Walk => (piece.filter.clone(), index_of_order, None),
        Way::Sort(index) => (piece.filter.clone(), Some(*index), None),
        Way::Among(index, part) => (rest(&piece.filter, part), index_of_order, Some((index, part))),
    };
    let mut clause = Clause { sql: "t.customer_id = $1".into(), params };
    if let Some((index, part)) = set {
        clause.counted(part);
        let (by, _) = dialect.read_tickets_by(Some(index));
        let ids = dialect.among_many(&format!("SELECT t.ticket_id FROM tickets t{by} WHERE {}", clause.sql));
        clause.sql = format!("t.customer_id = $1 AND {ids}");
    }
    clause.counted(&others);
    let (by, condition) = dialect.read_tickets_by(index);
    clause.sql.push_str(condition);
    if let Some((value, id)) = &piece.part.after {
        let compare = if piece.order.descending { "<" } else { ">" };
        let id = clause.param(*id);
        match index_of_order {
            Some(_) => {
                let value = clause.param(value.clone());
                clause.sql.push_str(&format!(" AND ({sorted}, t.ticket_id) {compare} ({value}, {id})"));
            }
            None => clause.sql.push_str(&format!(" AND t.ticket_id {compare} {id}")),
        }
    }
    let offset = clause.param(piece.part.offset);
    let sql = format!(
        "SELECT t.ticket_id, {sorted} AS sorted FROM tickets t{by} WHERE {} ORDER BY {} LIMIT {} OFFSET {offset}",
        clause.sql,
        piece.order.sql(),
        piece.part.limit,
    );
    (sql, clause.params.iter().map(Value::to_owned_value).collect())
}
