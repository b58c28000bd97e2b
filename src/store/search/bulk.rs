//! The full-text index of many tickets at once: for building it anew, and for imports.

use super::{MessageTexts, merge_at_end};
use crate::error::Result;
use crate::model::{CustomerId, EndUserId, TicketId};
use crate::store::{Columns, Conn, FromRow, Tx, Value};
use crate::{params, row};

/// Documents in one statement: a document is long, so that few fill it well.
const TOGETHER: usize = 100;

/// Indexes tickets that are not in the index yet, with the documents that
/// [`search_documents`](crate::store::dialect::Dialect::search_documents) made of their texts.
pub async fn insert_many(
    tx: &mut Tx,
    customer: CustomerId,
    tickets: Vec<(TicketId, Vec<String>)>,
) -> Result<()> {
    let documents: Vec<(TicketId, i64, String)> = tickets
        .into_iter()
        .flat_map(|(ticket, it)| it.into_iter().enumerate().map(move |(n, words)| (ticket, n as i64, words)))
        .collect();
    merge_at_end(tx, documents.iter().map(|it| it.2.len()).sum());
    for documents in documents.chunks(TOGETHER) {
        match tx.dialect().insert_search_documents() {
            Some(sql) => {
                let tickets: Vec<i64> = documents.iter().map(|it| it.0.0).collect();
                let chunks: Vec<i64> = documents.iter().map(|it| it.1).collect();
                let words: Vec<String> = documents.iter().map(|it| it.2.clone()).collect();
                tx.execute(sql, params![customer, tickets, chunks, words]).await?;
            }
            None => {
                let values = documents.iter().flat_map(|it| [it.0.into(), Value::from(&it.2)]);
                tx.insert_many("ticket_search", &["rowid", "words"], &values.collect::<Vec<_>>()).await?;
            }
        }
    }
    Ok(())
}

row! {
    /// What search finds a ticket by, of its own.
    pub struct TicketTexts {
        pub ticket_id: TicketId,
        pub subject: Option<String>,
        pub uid: Option<String>,
        pub end_user_id: Option<EndUserId>,
    }
}

/// The next tickets of a tenant after one.
pub async fn tickets_after(
    conn: &mut Conn,
    customer: CustomerId,
    after: TicketId,
    limit: i64,
) -> Result<Vec<TicketTexts>> {
    let sql = const_format::formatcp!(
        "SELECT {} FROM tickets t WHERE t.customer_id = $1 AND t.ticket_id > $2 ORDER BY t.ticket_id LIMIT $3",
        TicketTexts::COLUMNS
    );
    conn.query(sql, params![customer, after, limit]).await
}

/// The texts of a message, and whose they are.
struct OfTicket(TicketId, MessageTexts);

impl FromRow for OfTicket {
    fn from_row(columns: &mut Columns<'_>) -> Result<Self> {
        Ok(Self(columns.take()?, MessageTexts::from_row(columns)?))
    }
}

/// The texts of several tickets' messages, oldest first within each.
pub async fn message_texts(
    conn: &mut Conn,
    customer: CustomerId,
    tickets: Vec<i64>,
) -> Result<Vec<(TicketId, MessageTexts)>> {
    let sql = const_format::formatcp!(
        "SELECT t.ticket_id, {} FROM ticket_messages t WHERE t.customer_id = $1 AND t.ticket_id = ANY($2)
         ORDER BY t.ticket_id, t.message_date, t.message_id",
        MessageTexts::COLUMNS
    );
    let rows: Vec<OfTicket> = conn.query(sql, params![customer, tickets]).await?;
    Ok(rows.into_iter().map(|it| (it.0, it.1)).collect())
}

/// Names and addresses of several end users, those of one in the order of [`super::end_user_texts`].
pub async fn end_user_texts(
    conn: &mut Conn,
    customer: CustomerId,
    end_users: Vec<i64>,
) -> Result<Vec<(EndUserId, String)>> {
    type Names = (EndUserId, Option<String>, Option<String>, Option<String>, Option<String>);
    let params: &[Value<'_>] = params![customer, end_users];
    let (names, uids): (Vec<Names>, Vec<(EndUserId, String)>) = conn
        .query_both(
            (
                "SELECT end_user_id, name, firstname, lastname, company FROM end_users
                 WHERE customer_id = $1 AND end_user_id = ANY($2)",
                params,
            ),
            (
                "SELECT end_user_id, uid FROM end_user_uids WHERE customer_id = $1 AND end_user_id = ANY($2)",
                params,
            ),
        )
        .await?;
    let names = names.into_iter().flat_map(|(id, name, first, last, company)| {
        [name, first, last, company].into_iter().flatten().map(move |it| (id, it))
    });
    Ok(names.chain(uids).collect())
}
