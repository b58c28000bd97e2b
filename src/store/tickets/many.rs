//! Changes of many tickets at once: a few statements for what changes alike, counters added up.

use std::collections::HashMap;

use const_format::formatcp;

use crate::error::Result;
use crate::model::{ChannelId, ChannelType, CustomerId, CustomerRepId, Ticket, Timestamp};
use crate::params;
use crate::store::received_mails::ERASE;
use crate::store::{Tx, Value};

/// What actions on many tickets change; None where a ticket keeps it.
#[derive(PartialEq, Eq, Hash)]
struct Change<'a> {
    status: Option<&'a str>,
    is_closed: Option<bool>,
    close_date: Option<Option<Timestamp>>,
    escalated: Option<bool>,
    rep: Option<CustomerRepId>,
    is_spam: Option<bool>,
}

impl<'a> Change<'a> {
    fn of(before: &Ticket, after: &'a Ticket) -> Self {
        fn differing<T: PartialEq>(before: &T, after: T) -> Option<T> {
            (*before != after).then_some(after)
        }
        Self {
            status: (before.status != after.status).then_some(after.status.as_str()),
            is_closed: differing(&before.is_closed, after.is_closed),
            close_date: differing(&before.close_date, after.close_date),
            escalated: differing(&before.escalated, after.escalated),
            rep: differing(&before.customer_rep_id, after.customer_rep_id),
            is_spam: differing(&before.is_spam, after.is_spam),
        }
    }

    fn columns(&self) -> Vec<(&'static str, Value<'a>)> {
        [
            ("status", self.status.map(Value::from)),
            ("is_closed", self.is_closed.map(Value::from)),
            ("close_date", self.close_date.map(Value::from)),
            ("escalated", self.escalated.map(Value::from)),
            ("customer_rep_id", self.rep.map(Value::from)),
            ("is_spam", self.is_spam.map(Value::from)),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
    }
}

/// Writes state, rep and spam mark of tickets (before, after), counters included. Other columns are not
/// read.
pub async fn update_many(tx: &mut Tx, customer: CustomerId, tickets: &[(Ticket, Ticket)]) -> Result<()> {
    let mut alike: HashMap<Change<'_>, Vec<i64>> = HashMap::new();
    let mut counts = Counts::default();
    for (before, after) in tickets {
        alike.entry(Change::of(before, after)).or_default().push(after.ticket_id.0);
        counts.add(before, -1);
        counts.add(after, 1);
    }
    for (change, ids) in alike {
        let mut values = vec![customer.into(), ids.into()];
        let mut sets = Vec::new();
        for (name, value) in change.columns() {
            values.push(value);
            sets.push(format!("{name} = ${}", values.len()));
        }
        if !sets.is_empty() {
            let sql = format!(
                "UPDATE tickets SET {} WHERE customer_id = $1 AND ticket_id = ANY($2)",
                sets.join(", ")
            );
            tx.execute(&sql, &values).await?;
        }
    }
    counts.write(tx, customer).await
}

/// Deletes tickets with all that is theirs but the content of their files, whose object keys it gives.
pub async fn delete_many(tx: &mut Tx, customer: CustomerId, tickets: &[Ticket]) -> Result<Vec<String>> {
    let ids: Vec<i64> = tickets.iter().map(|it| it.ticket_id.0).collect();
    let keys: Vec<(String,)> = tx
        .query(
            "SELECT a.object_key FROM attachments a
             JOIN ticket_messages m ON m.customer_id = a.customer_id AND m.message_id = a.message_id
             WHERE m.customer_id = $1 AND m.ticket_id = ANY($2)
             UNION SELECT r.object_key FROM received_mails r
             JOIN ticket_messages m ON m.customer_id = r.customer_id AND m.message_id = r.message_id
             WHERE m.customer_id = $1 AND m.ticket_id = ANY($2) AND r.object_key IS NOT NULL",
            params![customer, ids.as_slice()],
        )
        .await?;
    for sql in [
        formatcp!(
            "{ERASE} (SELECT message_id FROM ticket_messages WHERE customer_id = $1 AND ticket_id = ANY($2))"
        ),
        "DELETE FROM mail_references WHERE customer_id = $1 AND ticket_id = ANY($2)",
        "DELETE FROM attachments WHERE customer_id = $1 AND message_id IN
         (SELECT message_id FROM ticket_messages WHERE customer_id = $1 AND ticket_id = ANY($2))",
        "DELETE FROM message_tokens WHERE customer_id = $1 AND message_id IN
         (SELECT message_id FROM ticket_messages WHERE customer_id = $1 AND ticket_id = ANY($2))",
        "DELETE FROM sink_mails WHERE customer_id = $1 AND message_id IN
         (SELECT message_id FROM ticket_messages WHERE customer_id = $1 AND ticket_id = ANY($2))",
        "DELETE FROM message_stages WHERE customer_id = $1 AND message_id IN
         (SELECT message_id FROM ticket_messages WHERE customer_id = $1 AND ticket_id = ANY($2))",
        "DELETE FROM message_topics WHERE customer_id = $1 AND ticket_id = ANY($2)",
        "DELETE FROM drafts WHERE customer_id = $1 AND message_id IN
         (SELECT message_id FROM ticket_messages WHERE customer_id = $1 AND ticket_id = ANY($2))",
        "DELETE FROM message_documents WHERE customer_id = $1 AND message_id IN
         (SELECT message_id FROM ticket_messages WHERE customer_id = $1 AND ticket_id = ANY($2))",
        "DELETE FROM auto_replies WHERE customer_id = $1 AND message_id IN
         (SELECT message_id FROM ticket_messages WHERE customer_id = $1 AND ticket_id = ANY($2))",
        "DELETE FROM ticket_topics WHERE customer_id = $1 AND ticket_id = ANY($2)",
        "DELETE FROM ticket_summaries WHERE customer_id = $1 AND ticket_id = ANY($2)",
        "DELETE FROM feedback_comments WHERE customer_id = $1 AND ticket_id = ANY($2)",
        "DELETE FROM chat_sessions WHERE customer_id = $1 AND ticket_id = ANY($2)",
        "DELETE FROM ticket_presence WHERE customer_id = $1 AND ticket_id = ANY($2)",
        "DELETE FROM composer_drafts WHERE customer_id = $1 AND ticket_id = ANY($2)",
        "DELETE FROM notifications WHERE customer_id = $1 AND ticket_id = ANY($2)",
        "DELETE FROM ticket_messages WHERE customer_id = $1 AND ticket_id = ANY($2)",
        "DELETE FROM tickets WHERE customer_id = $1 AND ticket_id = ANY($2)",
        tx.dialect().delete_search_documents_of_many(),
    ] {
        tx.execute(sql, params![customer, ids.as_slice()]).await?;
    }
    let mut counts = Counts::default();
    for ticket in tickets {
        counts.add(ticket, -1);
    }
    counts.write(tx, customer).await?;
    Ok(keys.into_iter().map(|it| it.0).collect())
}

type View<'a> = (&'a str, CustomerRepId, ChannelId, ChannelType, bool, bool, bool);

#[derive(Default)]
struct Counts<'a>(HashMap<View<'a>, i64>);

impl<'a> Counts<'a> {
    fn add(&mut self, ticket: &'a Ticket, n: i64) {
        let view = (
            ticket.status.as_str(),
            ticket.customer_rep_id,
            ticket.channel_id,
            ticket.channel_type,
            ticket.is_spam,
            ticket.escalated,
            ticket.is_closed,
        );
        *self.0.entry(view).or_default() += n;
    }

    async fn write(self, tx: &mut Tx, customer: CustomerId) -> Result<()> {
        let sql = tx.dialect().add_ticket_count();
        for ((status, rep, channel, kind, spam, escalated, closed), n) in self.0 {
            if n != 0 {
                tx.execute(sql, params![customer, status, rep, channel, kind, spam, escalated, closed, n])
                    .await?;
            }
        }
        Ok(())
    }
}
