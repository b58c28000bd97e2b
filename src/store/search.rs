//! The full-text index: one document a ticket, of words that carry their tenant.

pub mod bulk;
mod hits;

#[cfg(test)]
pub(in crate::store) use hits::ranked_statement;
pub use hits::{Excerpt, Hit, Reach, Words, count_hits, excerpts, few_hits, page, ranked};

use super::{Conn, Tx};
use crate::error::Result;
use crate::model::{CustomerId, TicketId};
use crate::{params, row};

/// Indexes a ticket that is not in the index yet, as the transaction ends.
pub fn insert(tx: &mut Tx, customer: CustomerId, ticket: TicketId, parts: &[&str]) {
    let documents = tx.dialect().search_documents(customer, parts);
    insert_documents(tx, customer, ticket, documents);
}

/// As [`insert`], of what [`Dialect::search_documents`] makes of the ticket.
///
/// [`Dialect::search_documents`]: super::dialect::Dialect::search_documents
pub fn insert_documents(tx: &mut Tx, customer: CustomerId, ticket: TicketId, documents: Vec<String>) {
    let dialect = tx.dialect();
    merge_at_end(tx, documents.iter().map(String::len).sum());
    for (chunk, words) in documents.into_iter().enumerate() {
        let params = vec![customer.into(), ticket.into(), (chunk as i64).into(), words.into()];
        tx.at_end(dialect.insert_search_document(), params);
    }
}

/// Makes up, as the transaction ends, for documents of so many bytes: the index stays in few pieces.
fn merge_at_end(tx: &mut Tx, bytes: usize) {
    if let Some(sql) = tx.dialect().merge_search() {
        tx.add_at_end(sql, Vec::new(), i64::try_from(bytes).unwrap_or(i64::MAX));
    }
}

/// Indexes a ticket again, as the transaction ends.
pub fn replace(tx: &mut Tx, customer: CustomerId, ticket: TicketId, parts: &[&str]) {
    delete(tx, customer, ticket);
    insert(tx, customer, ticket, parts);
}

pub fn delete(tx: &mut Tx, customer: CustomerId, ticket: TicketId) {
    tx.at_end(tx.dialect().delete_search_documents(), vec![customer.into(), ticket.into()]);
}

row! {
    /// The texts of one message that search finds it by.
    pub struct MessageTexts {
        pub subject: Option<String>,
        pub message: Option<String>,
        pub text_body: Option<String>,
        pub from_name: Option<String>,
        pub from_address: Option<String>,
        pub to_address: Option<String>,
    }
}

/// The texts of a ticket's messages, oldest first.
pub async fn message_texts(
    conn: &mut Conn,
    customer: CustomerId,
    ticket: TicketId,
) -> Result<Vec<MessageTexts>> {
    let sql = const_format::formatcp!(
        "SELECT {} FROM ticket_messages t WHERE t.customer_id = $1 AND t.ticket_id = $2
         ORDER BY t.message_date, t.message_id",
        MessageTexts::COLUMNS
    );
    conn.query(sql, params![customer, ticket]).await
}

/// Names and addresses of a ticket's end user.
pub async fn end_user_texts(conn: &mut Conn, customer: CustomerId, ticket: TicketId) -> Result<Vec<String>> {
    let names: Vec<(Option<String>,)> = conn
        .query(
            "WITH e AS (SELECT e.name, e.firstname, e.lastname, e.company FROM tickets t
             JOIN end_users e ON e.customer_id = t.customer_id AND e.end_user_id = t.end_user_id
             WHERE t.customer_id = $1 AND t.ticket_id = $2)
             SELECT name FROM e UNION SELECT firstname FROM e UNION SELECT lastname FROM e
             UNION SELECT company FROM e",
            params![customer, ticket],
        )
        .await?;
    let uids: Vec<(String,)> = conn
        .query(
            "SELECT u.uid FROM tickets t
             JOIN end_user_uids u ON u.customer_id = t.customer_id AND u.end_user_id = t.end_user_id
             WHERE t.customer_id = $1 AND t.ticket_id = $2",
            params![customer, ticket],
        )
        .await?;
    Ok(names.into_iter().filter_map(|it| it.0).chain(uids.into_iter().map(|it| it.0)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::store::{Store, StoreOptions};

    /// SQLite's index: how many pieces it is in after each of so many writes of one ticket.
    async fn pieces(writes: i64) -> (Vec<i64>, i64) {
        let folder = tempfile::tempdir().unwrap();
        let sqlite_path = folder.path().join("index.db");
        let options = StoreOptions { database_url: None, sqlite_path, connections: 1 };
        let store = Store::open(&options, Clock::system()).await.unwrap();
        let mut pieces = Vec::new();
        for ticket in 1..=writes {
            let write = store.write(move |tx| {
                Box::pin(async move {
                    let words = format!("login number{ticket} of{}", ticket % 7);
                    insert(tx, CustomerId(1), TicketId(ticket), &[&words]);
                    Ok(())
                })
            });
            write.await.unwrap();
            let mut conn = store.read().await.unwrap();
            let (n,): (i64,) = conn
                .query_one("SELECT COUNT(DISTINCT segid) FROM ticket_search_idx", params![])
                .await
                .unwrap();
            pieces.push(n);
        }
        let mut conn = store.read().await.unwrap();
        let found = conn.query_one(
            "SELECT COUNT(*) FROM ticket_search WHERE ticket_search MATCH '\"1zlogin\"'",
            params![],
        );
        let (found,): (i64,) = found.await.unwrap();
        (pieces, found)
    }

    #[tokio::test]
    async fn each_write_merges_a_little_of_the_index() {
        let (pieces, found) = pieces(255).await;
        // Three on each level at most, where FTS5 would let sixteen gather before it must.
        assert!(pieces.iter().all(|it| *it <= 13), "{pieces:?}");
        assert_eq!(found, 255);
    }
}
