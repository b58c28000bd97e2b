//! PostgreSQL chooses by what it knows of the rows, so it is given some.

use super::*;
use crate::store::search;
use crate::store::testing::postgres_server;

/// A database of its own with twenty thousand tickets; None where there is no PostgreSQL.
async fn desk(suffix: &str) -> Option<(Store, tempfile::TempDir)> {
    let server = postgres_server()?;
    let name = format!("plans_{}_{suffix}", std::process::id());
    let (client, connection) = tokio_postgres::connect(&server, tokio_postgres::NoTls).await.unwrap();
    let connection = tokio::spawn(connection);
    client.batch_execute(&format!("CREATE DATABASE {name}")).await.unwrap();
    drop(client);
    connection.await.unwrap().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let database_url = Some(format!("{}/{name}", server.rsplit_once('/').unwrap().0));
    let options = StoreOptions { database_url, sqlite_path: folder.path().join("none"), connections: 1 };
    let store = Store::open(&options, Clock::system()).await.unwrap();
    store.read().await.unwrap().execute_batch(DESK).await.unwrap();
    Some((store, folder))
}

const DESK: &str = "
    INSERT INTO customers (customer_id, name, created_at) VALUES (1, 'Bench', 0);
    INSERT INTO end_users (customer_id, name, created_at) SELECT 1, 'User ' || i, 0 FROM generate_series(1, 4000) i;
    INSERT INTO tickets (customer_id, date_created, status, channel_id, channel_type, end_user_id,
        customer_rep_id, escalated, is_spam, is_closed, last_message_date, uid_key)
    SELECT 1, i, (ARRAY['Open', 'Pending', 'Escalated', 'Closed', 'Closed'])[i % 5 + 1], i % 3 + 1,
        (ARRAY['Email', 'Chat', 'Phone'])[i % 3 + 1], i % 4000 + 1, i % 11, i % 5 = 2, i % 50 = 0, i % 5 >= 3,
        i * 1000, 'user' || i % 4000 || '@example.com'
    FROM generate_series(1, 20000) i;
    INSERT INTO ticket_topics SELECT 1, ticket_id % 20 + 1, ticket_id FROM tickets;
    INSERT INTO ticket_search (customer_id, ticket_id, chunk, words)
    SELECT 1, ticket_id, 0, CAST(CASE WHEN ticket_id % 400 = 0 THEN '1zrare' ELSE '1zword' || ticket_id % 900 END AS tsvector)
    FROM tickets;
    INSERT INTO ticket_messages (customer_id, ticket_id, date_created, message_date, sender_type, incoming, channel_id,
        channel_type, delivery_status)
    SELECT 1, ticket_id, 0, ticket_id, 'EndUser', TRUE, 1, 'Email', CASE WHEN ticket_id % 1000 = 0 THEN 'Failed' END FROM tickets;
    INSERT INTO message_documents (customer_id, document_id, message_id)
    SELECT 1, message_id % 400, message_id FROM ticket_messages;
    INSERT INTO events (customer_id, created_at, actor_type, action, entity, entity_id, ticket_id)
    SELECT 1, 0, 'System', 'ticket.created', 'ticket', ticket_id, ticket_id FROM tickets;
    ANALYZE;";

async fn explained(conn: &mut Conn, sql: &str, params: &[Value<'_>]) -> String {
    let rows: Vec<(String,)> = conn.query(&format!("EXPLAIN {sql}"), params).await.unwrap();
    rows.into_iter().map(|it| it.0).collect::<Vec<_>>().join("\n")
}

/// The rows that PostgreSQL expects a sort to take in.
fn most_sorted(plan: &str) -> i64 {
    let sorts = plan.lines().filter(|it| it.contains("Sort  (cost"));
    let rows = |line: &str| line.split("rows=").nth(1)?.split(' ').next()?.parse().ok();
    sorts.filter_map(rows).max().unwrap_or(0)
}

fn check(what: &dyn std::fmt::Debug, plan: &str) {
    for table in ["tickets", "ticket_search", "end_users"] {
        assert!(!plan.contains(&format!("Seq Scan on {table}")), "{what:?} reads all {table}:\n{plan}");
    }
    assert!(most_sorted(plan) <= 500, "{what:?} sorts too much:\n{plan}");
}

#[tokio::test]
async fn postgres_reads_and_sorts_no_more_than_a_page() {
    let Some((store, _folder)) = desk("lists").await else { return };
    let mut conn = store.read().await.unwrap();
    for (_, mut filter) in filters() {
        // An address and an end user that are there.
        filter.uid_key = filter.uid_key.map(|_| "user7@example.com".into());
        for (descending, after) in [(true, None), (false, None), (true, Some((Value::Int(9_000_000), 9000)))]
        {
            let order = Order::by_last_message(descending);
            let filters = branches(&filter, order, false);
            let part = Part { limit: 10, offset: 0, after };
            let (sql, params) = statement(CustomerId(1), &filters, None, order, &part, conn.dialect());
            check(&filter, &explained(&mut conn, &sql, &params).await);
        }
    }
    let of_topic = Filter { topic: Some(TopicId(7)), ..Filter::default() };
    let (sql, params) = count_statement(CustomerId(1), &of_topic);
    assert!(!explained(&mut conn, &sql, &params).await.contains("Seq Scan on ticket_topics"));
}

#[tokio::test]
async fn postgres_reads_of_other_lists_what_they_show() {
    let Some((store, _folder)) = desk("others").await else { return };
    let mut conn = store.read().await.unwrap();
    let params = [1, 7, 10, 0].map(Value::Int);
    for (_, sql) in others() {
        let used = (1..=params.len()).filter(|it| sql.contains(&format!("${it}"))).max().unwrap_or(0);
        let plan = explained(&mut conn, &sql, &params[..used]).await;
        for table in ["tickets", "ticket_messages", "events", "message_documents"] {
            assert!(!plan.contains(&format!("Seq Scan on {table}")), "{sql} reads all {table}:\n{plan}");
        }
    }
}

#[tokio::test]
async fn postgres_finds_words_by_their_index() {
    let Some((store, _folder)) = desk("words").await else { return };
    let mut conn = store.read().await.unwrap();
    let query = answerpal_text::parse_query("rare");
    let hits = search::few_hits(&mut conn, CustomerId(1), &query, 200).await.unwrap().unwrap();
    assert_eq!(hits.len(), 50);
    assert!(hits.iter().all(|it| it.score < 0.0), "{hits:?}");
    let ids: Vec<i64> = hits.iter().map(|it| it.ticket_id.0).collect();
    for (_, filter) in filters() {
        let (sql, params) = passing_statement(CustomerId(1), &filter, ids.clone());
        check(&filter, &explained(&mut conn, &sql, &params).await);
    }
    let part = || Part { limit: 10, offset: 0, after: None };
    for order in [Order::by_last_message(true), Order::by("dateCreated", true).unwrap()] {
        for (reach, way) in [(Reach::Set, "ticket_id = ANY ($"), (Reach::Among, "hashed SubPlan")] {
            let words = Words { query: &query, reach };
            let filters = branches(&Filter::default(), order, words.is_a_set());
            let (sql, params) =
                statement(CustomerId(1), &filters, Some(words), order, &part(), conn.dialect());
            let plan = explained(&mut conn, &sql, &params).await;
            assert!(plan.contains("ticket_search_words") && plan.contains(way), "{plan}");
            check(&"a search", &plan);
        }
    }
}

#[tokio::test]
async fn postgres_joins_the_names_that_a_list_is_sorted_by() {
    let Some((store, _folder)) = desk("names").await else { return };
    let mut conn = store.read().await.unwrap();
    let part = Part { limit: 10, offset: 0, after: None };
    let all = [Filter::default()];
    for name in ["channelName", "customerRepName"] {
        let order = Order::by(name, false).unwrap();
        let (sql, params) = statement(CustomerId(1), &all, None, order, &part, conn.dialect());
        let plan = explained(&mut conn, &sql, &params).await;
        assert!(!plan.contains("SubPlan") && plan.contains("Join"), "{plan}");
    }
}

#[tokio::test]
async fn postgres_reads_lists_by_address_and_by_closing_in_order() {
    let Some((store, _folder)) = desk("nulls").await else { return };
    let mut conn = store.read().await.unwrap();
    let part = Part { limit: 10, offset: 0, after: None };
    let all = [Filter::default()];
    for (name, index) in [("uid", "tickets_uid"), ("closeDate", "tickets_closed")] {
        for descending in [true, false] {
            let order = Order::by(name, descending).unwrap();
            let (sql, params) = statement(CustomerId(1), &all, None, order, &part, conn.dialect());
            let plan = explained(&mut conn, &sql, &params).await;
            // Those of one address are sorted as they come.
            assert!(
                plan.contains(index) && most_sorted(&plan.replace("Incremental Sort", "")) <= 500,
                "{plan}"
            );
        }
    }
}

#[tokio::test]
async fn postgres_reads_lists_by_few_values_one_after_the_other() {
    let Some((store, _folder)) = desk("values").await else { return };
    let mut conn = store.read().await.unwrap();
    let counts =
        "INSERT INTO ticket_counts SELECT customer_id, status, customer_rep_id, channel_id, channel_type,
                  is_spam, escalated, is_closed, COUNT(*) FROM tickets GROUP BY 1, 2, 3, 4, 5, 6, 7, 8";
    conn.execute_batch(counts).await.unwrap();
    let open = Filter { is_closed: Some(false), ..Filter::default() };
    let texts = ["subject", "preview", "summary", "lastEndUserMessageID"];
    for (filter, sort) in [Filter::default(), open]
        .iter()
        .flat_map(|filter| SORTS.iter().map(move |sort| (filter, sort)))
        .filter(|(_, sort)| !texts.contains(&sort.name))
    {
        for (descending, offset) in [(false, 0), (true, 0), (false, 300), (true, 300)] {
            let order = Order { sort, descending };
            if order.is_by_last_message() {
                continue;
            }
            let part = Part { limit: 10, offset, after: None };
            let (pieces, total) = ways::pieces(&mut conn, CustomerId(1), filter, order, &part).await.unwrap();
            assert_eq!(total, if filter.is_everything() { 20_000 } else { 12_000 }, "{}", sort.name);
            let (sql, params) =
                pieces_statement(CustomerId(1), &pieces.unwrap(), order, &part, conn.dialect());
            let plan = explained(&mut conn, &sql, &params).await;
            // Those of one address are sorted as they come.
            check(&(filter, sort.name, offset), &plan.replace("Incremental Sort", ""));
        }
    }
}
