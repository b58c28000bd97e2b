//! How the engines go about the lists: no view of a desk may read or sort more than its page.

mod postgres;

use super::*;
use crate::clock::Clock;
use crate::model::{ChannelType, CustomerRepId, Timestamp, TopicId};
use crate::store::search::{Reach, ranked_statement};
use crate::store::tickets::order::SORTS;
use crate::store::tickets::ways::Way;
use crate::store::{Store, StoreOptions, document_uses, events, messages, outbox};

async fn plan(conn: &mut Conn, sql: &str) -> String {
    let rows: Vec<(i64, i64, i64, String)> =
        conn.query(&format!("EXPLAIN QUERY PLAN {sql}"), &[]).await.unwrap();
    rows.into_iter().map(|it| it.3).collect::<Vec<_>>().join("; ")
}

async fn plans(
    conn: &mut Conn,
    filter: &Filter,
    words: Option<Words<'_>>,
    order: Order,
    after: Option<(Value<'static>, i64)>,
) -> Vec<String> {
    let filters = branches(filter, order, words.is_some_and(Words::is_a_set));
    let part = Part { limit: 10, offset: 0, after };
    let (scans, _) = scans(CustomerId(1), &filters, words, order, &part, conn.dialect());
    let mut plans = Vec::new();
    for scan in scans {
        plans.push(plan(conn, &scan).await);
    }
    plans
}

async fn store() -> (Store, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let options =
        StoreOptions { database_url: None, sqlite_path: folder.path().join("plans.db"), connections: 1 };
    (Store::open(&options, Clock::system()).await.unwrap(), folder)
}

/// Neither sorts nor reads all tickets.
fn is_bounded(plan: &str) -> bool {
    !plan.split("; ").any(|it| it.contains("TEMP B-TREE") || it == "SCAN t" || it.starts_with("SCAN t "))
}

fn filters() -> Vec<(&'static str, Filter)> {
    let words = |words: &[&str]| words.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
    let all = Filter::default;
    vec![
        ("tickets_recent", all()),
        ("tickets_status", Filter { statuses: words(&["Open"]), ..all() }),
        ("tickets_status", Filter { statuses: words(&["Open", "Pending", "Escalated"]), ..all() }),
        ("tickets_status", Filter { statuses: words(&["Open", "Closed"]), is_spam: Some(false), ..all() }),
        ("tickets_status", Filter { is_closed: Some(true), ..all() }),
        ("tickets_recent", Filter { is_closed: Some(false), is_spam: Some(false), ..all() }),
        ("tickets_rep", Filter { rep: Some(CustomerRepId(5)), ..all() }),
        ("tickets_rep", Filter { rep: Some(CustomerRepId(0)), statuses: words(&["Open"]), ..all() }),
        ("tickets_rep", Filter { limited_to: Some(CustomerRepId(5)), ..all() }),
        (
            "tickets_rep",
            Filter { limited_to: Some(CustomerRepId(5)), statuses: words(&["Open", "Pending"]), ..all() },
        ),
        ("tickets_channel", Filter { channels: vec![1], ..all() }),
        ("tickets_channel", Filter { channels: vec![1, 2, 3], ..all() }),
        ("tickets_recent", Filter { channel_type: Some(ChannelType::Chat), ..all() }),
        ("tickets_spam", Filter { is_spam: Some(true), ..all() }),
        ("tickets_escalated", Filter { escalated: Some(true), ..all() }),
        ("tickets_uid", Filter { uid_key: Some("jane@example.com".into()), ..all() }),
        ("tickets_end_user", Filter { end_user: Some(EndUserId(7)), ..all() }),
        ("tickets_recent", Filter { topic: Some(TopicId(7)), ..all() }),
    ]
}

#[tokio::test]
async fn views_read_one_range_of_an_index_in_order() {
    let (store, _folder) = store().await;
    let mut conn = store.read().await.unwrap();
    for (index, filter) in filters() {
        for (descending, after) in [(true, None), (false, None), (true, Some((Value::Int(1), 1)))] {
            let plans = plans(&mut conn, &filter, None, Order::by_last_message(descending), after).await;
            for plan in plans {
                assert!(plan.contains(index), "{filter:?} does not use {index}: {plan}");
                assert!(is_bounded(&plan), "{filter:?}: {plan}");
            }
        }
    }
    let created = Order::by("dateCreated", true).unwrap();
    let range = Filter { created_from: Some(Timestamp(1)), ..Filter::default() };
    for filter in [Filter::default(), range] {
        let plans = plans(&mut conn, &filter, None, created, None).await;
        assert!(
            plans[0].contains("COVERING INDEX tickets_created") && !plans[0].contains("TEMP"),
            "{plans:?}"
        );
    }
}

#[tokio::test]
async fn lists_by_address_and_by_closing_read_an_index_as_far_as_they_go() {
    let (store, _folder) = store().await;
    let mut conn = store.read().await.unwrap();
    for (name, index) in [("uid", "tickets_uid"), ("closeDate", "tickets_closed")] {
        for descending in [true, false] {
            let order = Order::by(name, descending).unwrap();
            let plans = plans(&mut conn, &Filter::default(), None, order, None).await;
            // Only those of one address are sorted.
            let plan = plans[0].replace("; USE TEMP B-TREE FOR LAST TERM OF ORDER BY", "");
            assert!(plan.contains(&format!("COVERING INDEX {index} ")) && is_bounded(&plan), "{plans:?}");
        }
    }
}

#[tokio::test]
async fn a_sort_of_all_tickets_reads_them_in_the_order_of_their_rows() {
    let (store, _folder) = store().await;
    let mut conn = store.read().await.unwrap();
    let order = Order::by("channelType", true).unwrap();
    let plans = plans(&mut conn, &Filter::default(), None, order, None).await;
    assert!(plans[0].contains("tickets_created") || plans[0].contains("tickets_recent"), "{plans:?}");
}

/// What the counters of a million tickets say: 20 reps of which the first have most, three of ten open.
const COUNTS: &str = "
    WITH RECURSIVE reps (rep) AS (SELECT 0 UNION ALL SELECT rep + 1 FROM reps WHERE rep < 20),
    kinds (status, is_closed, share) AS (VALUES ('Closed', TRUE, 57), ('Open', FALSE, 25), ('Pending', FALSE, 12), ('Escalated', FALSE, 6)),
    channels (channel, kind, part) AS (VALUES (1, 'Email', 60), (2, 'Email', 10), (3, 'Chat', 10), (4, 'Phone', 10), (5, 'WhatsApp', 10))
    INSERT INTO ticket_counts (customer_id, status, customer_rep_id, channel_id, channel_type, is_spam, escalated, is_closed, n)
    SELECT 1, status, rep, channel, kind, FALSE, status = 'Escalated', is_closed, share * part * 28 / (rep + 1)
    FROM reps CROSS JOIN kinds CROSS JOIN channels";

/// The lists that a desk works with.
fn plain_lists() -> Vec<Filter> {
    let all = Filter::default;
    let mut lists = vec![
        all(),
        Filter { is_closed: Some(false), ..all() },
        Filter { statuses: vec!["Open".into()], ..all() },
        Filter { is_closed: Some(true), ..all() },
    ];
    lists.extend((0..=20).map(|rep| Filter { rep: Some(CustomerRepId(rep)), ..all() }));
    lists.push(Filter { rep: Some(CustomerRepId(4)), is_closed: Some(false), ..all() });
    lists
}

#[tokio::test]
async fn a_plain_list_by_any_property_is_read_in_a_tenth_of_a_second() {
    let (store, _folder) = store().await;
    store.write(|tx| Box::pin(async move { tx.execute_batch(COUNTS).await })).await.unwrap();
    let mut conn = store.read().await.unwrap();
    for (filter, sort) in plain_lists().iter().flat_map(|filter| SORTS.iter().map(move |sort| (filter, sort)))
    {
        for (descending, offset) in [(false, 0), (true, 0), (false, 4990), (true, 4990)] {
            let order = Order { sort, descending };
            if order.is_by_last_message() {
                continue;
            }
            let what = format!("{filter:?} by {} from {offset}", sort.name);
            let part = Part { limit: 10, offset, after: None };
            let filter = branches(filter, order, false).remove(0);
            assert!(ways::are_for(&filter, order, conn.dialect()), "{what}");
            let pieces = match ways::of_all(&filter, order, &part) {
                Some(piece) => vec![piece],
                None => {
                    ways::pieces(&mut conn, CustomerId(1), &filter, order, &part).await.unwrap().0.unwrap()
                }
            };
            let cost: f64 = pieces.iter().map(|it| it.cost).sum();
            assert!(cost < 100_000.0, "{what}: {cost}");
            let (sql, _) = ways::statement(CustomerId(1), &pieces, order, part.limit, conn.dialect());
            let plan = plan(&mut conn, &sql).await;
            let sorts = pieces.iter().filter(|it| matches!(it.way, Way::Sort(_))).count();
            let sorts = sorts + usize::from(sort.name == "preview");
            // The pieces of several values are put together, and those of one address are sorted.
            let merges = usize::from(pieces.len() > 1);
            assert!(plan.matches("TEMP B-TREE FOR ORDER BY").count() <= sorts + merges, "{what}: {plan}");
            assert!(!plan.split("; ").any(|it| it == "SCAN t"), "{what}: {plan}");
        }
    }
}

/// Lists of other things, and the index of each.
fn others() -> Vec<(&'static str, String)> {
    let (all_events, _) =
        events::list_statement(CustomerId(1), &events::EventFilter::default(), "t.event_id DESC", 10, 0);
    vec![
        ("ticket_messages_undelivered", outbox::UNDELIVERED.to_owned()),
        ("ticket_messages_undelivered", outbox::STUCK.to_owned()),
        ("ticket_messages_undelivered", outbox::COUNT_HELD.to_owned()),
        ("ticket_messages_undelivered", outbox::ALL_HELD.to_owned()),
        (
            "(customer_id=? AND document_id=?)",
            format!("SELECT t.preview {} ORDER BY d.message_id DESC LIMIT 10", document_uses::FROM),
        ),
        ("COVERING INDEX message_topics_ticket", messages::TICKET_WITH_TOPICS.to_owned()),
        (
            "ticket_messages_of",
            "SELECT t.preview FROM ticket_messages t WHERE t.customer_id = $1 AND t.ticket_id = $2
             ORDER BY t.message_date, t.message_id LIMIT 10"
                .to_owned(),
        ),
        ("events_ticket", events::of_ticket_statement("t.event_id DESC")),
        ("events_list", all_events),
    ]
}

#[tokio::test]
async fn other_lists_read_what_they_show() {
    let (store, _folder) = store().await;
    let mut conn = store.read().await.unwrap();
    for (index, sql) in others() {
        let plan = plan(&mut conn, &sql).await;
        assert!(plan.contains(index), "{sql} does not use {index}: {plan}");
        // What a part of the statement finds by its index is gone through as it comes.
        let is_part = |it: &str| plan.split("; ").any(|step| step == format!("CO-ROUTINE {it}"));
        let reads_all = |it: &str| {
            it.strip_prefix("SCAN ")
                .is_some_and(|of| !of.contains("INDEX") && !of.contains("CONSTANT") && !is_part(of))
        };
        assert!(!plan.split("; ").any(reads_all), "{sql}: {plan}");
        assert!(!(sql.contains(" FROM events ") && plan.contains("TEMP B-TREE")), "{sql} sorts: {plan}");
    }
}

#[tokio::test]
async fn rows_are_found_by_their_ids_without_reading_others() {
    let (store, _folder) = store().await;
    let mut conn = store.read().await.unwrap();
    for (table, id) in [
        ("tickets", "ticket_id"),
        ("ticket_messages", "message_id"),
        ("end_users", "end_user_id"),
        ("end_user_uids", "end_user_uid_id"),
        ("events", "event_id"),
        ("message_topics", "ticket_message_topic_id"),
    ] {
        for sql in [
            format!("SELECT * FROM {table} t WHERE t.customer_id = $1 AND t.{id} = ANY($2)"),
            format!("SELECT {id} FROM {table} t WHERE t.customer_id = $1 AND t.{id} = ANY($2) ORDER BY {id}"),
            format!("DELETE FROM {table} WHERE customer_id = $1 AND {id} = ANY($2)"),
        ] {
            let plan = plan(&mut conn, &sql).await;
            let by_id = format!("(customer_id=? AND {id}=?");
            assert!(
                plan.contains("USING INTEGER PRIMARY KEY (rowid=?)") || plan.contains(&by_id),
                "{sql}: {plan}"
            );
        }
    }
}

#[tokio::test]
async fn searches_look_tickets_up_by_their_ids_or_words_in_order() {
    let (store, _folder) = store().await;
    let mut conn = store.read().await.unwrap();
    let query = answerpal_text::parse_query("login not");
    let order = Order::by_last_message(true);
    let set = Words { query: &query, reach: Reach::Set };
    let each = Words { query: &query, reach: Reach::Each };
    let among = Words { query: &query, reach: Reach::Among };
    for (_, filter) in filters() {
        let (sql, _) = passing_statement(CustomerId(1), &filter, Vec::new());
        let passing = plan(&mut conn, &sql).await;
        let few = [
            "INTEGER PRIMARY KEY (rowid=?)",
            "(customer_id=? AND uid_key=?",
            "(customer_id=? AND end_user_id=?",
        ];
        assert!(few.iter().any(|it| passing.contains(it)), "{filter:?}: {passing}");
        for plan in plans(&mut conn, &filter, Some(set), order, None).await {
            assert!(plan.contains("SEARCH t USING INTEGER PRIMARY KEY (rowid=?)"), "{filter:?}: {plan}");
        }
        for plan in plans(&mut conn, &filter, Some(each), order, None).await {
            assert!(plan.contains("VIRTUAL TABLE INDEX 0:=M1"), "{filter:?}: {plan}");
            assert!(is_bounded(&plan), "{filter:?}: {plan}");
        }
        for plan in plans(&mut conn, &filter, Some(among), order, None).await {
            assert!(!plan.contains("SEARCH t USING INTEGER PRIMARY KEY"), "{filter:?}: {plan}");
            assert!(plan.contains("VIRTUAL TABLE INDEX 0:M1") && is_bounded(&plan), "{filter:?}: {plan}");
        }
    }
}

#[tokio::test]
async fn ranking_reads_the_tickets_of_its_page() {
    let (store, _folder) = store().await;
    let mut conn = store.read().await.unwrap();
    let query = answerpal_text::parse_query("login not");
    let part = Part { limit: 10, offset: 0, after: None };
    for (_, filter) in filters() {
        let (sql, _) = ranked_statement(CustomerId(1), &filter, &query, true, &part, Dialect::Sqlite);
        let plan = plan(&mut conn, &sql).await;
        // Those of the page, and before that those that are filtered.
        let read = plan.matches("SEARCH t USING INTEGER PRIMARY KEY").count();
        assert_eq!(read, if filter.is_everything() { 1 } else { 2 }, "{filter:?}: {plan}");
    }
}
