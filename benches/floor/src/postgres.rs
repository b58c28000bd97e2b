//! PostgreSQL: a pool with prepared statements.

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod};
use tokio_postgres::{Config, NoTls, Row};

use crate::{
    COUNT, Conversation, Failure, MESSAGES, Message, NewMessage, Page, Ticket, list_sql, term, ticket_sql,
};

pub struct Database(Pool);

fn ticket(row: &Row) -> Ticket {
    Ticket {
        ticket_id: row.get(0),
        date_created: row.get(1),
        status: row.get(2),
        subject: row.get(3),
        channel_id: row.get(4),
        channel_name: row.get(5),
        end_user_id: row.get(6),
        end_user_name: row.get(7),
        customer_rep_id: row.get(8),
        customer_rep_name: row.get(9),
        is_closed: row.get(10),
        last_message_date: row.get(11),
        uid: row.get(12),
        preview: row.get(13),
        topic_ids: row.get(14),
    }
}

fn message(row: &Row) -> Message {
    Message {
        message_id: row.get(0),
        date_created: row.get(1),
        sender_type: row.get(2),
        from_address: row.get(3),
        from_name: row.get(4),
        subject: row.get(5),
        message: row.get(6),
        text_body: row.get(7),
    }
}

/// Words with their positions, as `tsvector` is written.
fn vector(texts: &[&str]) -> String {
    let words =
        texts.iter().flat_map(|it| it.split(|it: char| !it.is_alphanumeric())).filter(|it| !it.is_empty());
    words.enumerate().map(|(at, word)| format!("'{}':{}", term(word), at + 1)).collect::<Vec<_>>().join(" ")
}

impl Database {
    pub fn open(url: &str) -> Result<Self, Failure> {
        let mut config: Config = url.parse()?;
        config.options("-c plan_cache_mode=force_generic_plan");
        let fast = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        Ok(Self(Pool::builder(Manager::from_config(config, NoTls, fast)).max_size(16).build()?))
    }

    pub async fn list(&self, offset: i64) -> Result<Page, Failure> {
        let client = self.0.get().await?;
        let (page, total) = (client.prepare_cached(&list_sql()).await?, client.prepare_cached(COUNT).await?);
        let items = client.query(&page, &[&offset]).await?;
        let total_count = client.query_one(&total, &[]).await?.get(0);
        Ok(Page { items: items.iter().map(ticket).collect(), total_count })
    }

    pub async fn conversation(&self, id: i64) -> Result<Conversation, Failure> {
        let client = self.0.get().await?;
        let (one, many) =
            (client.prepare_cached(&ticket_sql()).await?, client.prepare_cached(MESSAGES).await?);
        let row = client.query_one(&one, &[&id]).await?;
        let messages = client.query(&many, &[&id]).await?;
        Ok(Conversation { ticket: ticket(&row), messages: messages.iter().map(message).collect() })
    }

    pub async fn search(&self, word: &str) -> Result<Page, Failure> {
        let client = self.0.get().await?;
        let word = format!("'{}'", term(word));
        let total = client
            .prepare_cached("SELECT COUNT(*) FROM ticket_search WHERE words @@ $1::text::tsquery")
            .await?;
        let total_count = client.query_one(&total, &[&word]).await?.get(0);
        let ids = client
            .prepare_cached(
                "SELECT ticket_id FROM ticket_search WHERE words @@ $1::text::tsquery
                 ORDER BY ts_rank(words, $1::text::tsquery) DESC LIMIT 10",
            )
            .await?;
        let ids: Vec<i64> = client.query(&ids, &[&word]).await?.iter().map(|it| it.get(0)).collect();
        let sql = ticket_sql().replace("t.ticket_id = $1", "t.ticket_id = ANY($1)");
        let page = client.prepare_cached(&sql).await?;
        let items = client.query(&page, &[&ids]).await?;
        Ok(Page { items: items.iter().map(ticket).collect(), total_count })
    }

    pub async fn create(&self, new: NewMessage) -> Result<(i64, i64), Failure> {
        let mut client = self.0.get().await?;
        let transaction = client.transaction().await?;
        let now = 1_790_000_000_000_000i64;
        let insert = transaction
            .prepare_cached(
                "INSERT INTO tickets (customer_id, date_created, status, subject, channel_id, channel_type, last_message_date, uid, uid_key, preview)
                 VALUES (1, $1, 'Open', $2, $3, 'Email', $1, $4, $4, $5) RETURNING ticket_id",
            )
            .await?;
        let ticket: i64 = transaction
            .query_one(&insert, &[&now, &new.subject, &new.channel, &new.from_address, &new.text_body])
            .await?
            .get(0);
        let insert = transaction
            .prepare_cached(
                "INSERT INTO ticket_messages (customer_id, ticket_id, date_created, message_date, sender_type, incoming, channel_id, channel_type, subject, message, text_body, from_address, from_name)
                 VALUES (1, $1, $2, $2, 'EndUser', TRUE, $3, 'Email', $4, $5, $5, $6, $7) RETURNING message_id",
            )
            .await?;
        let message: i64 = transaction
            .query_one(
                &insert,
                &[
                    &ticket,
                    &now,
                    &new.channel,
                    &new.subject,
                    &new.text_body,
                    &new.from_address,
                    &new.from_name,
                ],
            )
            .await?
            .get(0);
        let insert = transaction
            .prepare_cached(
                "INSERT INTO ticket_search (customer_id, ticket_id, chunk, words) VALUES (1, $1, 0, CAST($2 AS TEXT)::tsvector)",
            )
            .await?;
        let words = vector(&[&new.subject, &new.text_body, &new.from_name, &new.from_address]);
        transaction.execute(&insert, &[&ticket, &words]).await?;
        transaction.commit().await?;
        Ok((ticket, message))
    }
}
