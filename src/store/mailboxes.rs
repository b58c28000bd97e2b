//! Where the fetching of channels' mailboxes stands.

use const_format::formatcp;

use super::{Conn, Tx};
use crate::error::Result;
use crate::model::{Channel, ChannelId, CustomerId, Timestamp};
use crate::{params, row};

row! {
    /// How far a mailbox is read.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct MailboxState {
        pub folder: String,
        /// Changes where the server numbers its mails anew.
        pub uid_validity: i64,
        /// The highest number that is read.
        pub last_uid: i64,
        pub last_fetched_at: Option<Timestamp>,
        /// Why the last fetch did not work; None where it did.
        pub last_fetch_error: Option<String>,
        /// Fetches that failed since one worked.
        pub failures: i64,
        pub next_fetch_at: Timestamp,
    }
}

/// None before the first fetch.
pub async fn get(conn: &mut Conn, customer: CustomerId, channel: ChannelId) -> Result<Option<MailboxState>> {
    conn.query_opt(
        formatcp!(
            "SELECT {} FROM mailboxes t WHERE t.customer_id = $1 AND t.channel_id = $2",
            MailboxState::COLUMNS
        ),
        params![customer, channel],
    )
    .await
}

/// Writes the state whole.
pub async fn put(tx: &mut Tx, customer: CustomerId, channel: ChannelId, state: &MailboxState) -> Result<()> {
    tx.execute(
        "INSERT INTO mailboxes (customer_id, channel_id, folder, uid_validity, last_uid, last_fetched_at,
         last_fetch_error, failures, next_fetch_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (customer_id, channel_id) DO UPDATE SET folder = excluded.folder,
         uid_validity = excluded.uid_validity, last_uid = excluded.last_uid,
         last_fetched_at = excluded.last_fetched_at, last_fetch_error = excluded.last_fetch_error,
         failures = excluded.failures, next_fetch_at = excluded.next_fetch_at",
        params![
            customer,
            channel,
            &state.folder,
            state.uid_validity,
            state.last_uid,
            state.last_fetched_at,
            &state.last_fetch_error,
            state.failures,
            state.next_fetch_at
        ],
    )
    .await?;
    Ok(())
}

pub async fn delete(tx: &mut Tx, customer: CustomerId, channel: ChannelId) -> Result<()> {
    tx.execute(
        "DELETE FROM mailboxes WHERE customer_id = $1 AND channel_id = $2",
        params![customer, channel],
    )
    .await?;
    Ok(())
}

/// The e-mail channels of all tenants that are to be fetched from all the time.
pub async fn watched(conn: &mut Conn) -> Result<Vec<Channel>> {
    conn.query(
        formatcp!(
            "SELECT {} FROM channels t WHERE t.channel_type = 'Email' AND t.is_active AND t.auto_retrieve_emails
             ORDER BY t.customer_id, t.channel_id",
            Channel::COLUMNS
        ),
        params![],
    )
    .await
}

/// The mailboxes of all tenants whose last fetch did not work, and why.
pub async fn failing(conn: &mut Conn) -> Result<Vec<(CustomerId, ChannelId, String)>> {
    conn.query(
        "SELECT customer_id, channel_id, last_fetch_error FROM mailboxes WHERE last_fetch_error IS NOT NULL
         ORDER BY customer_id, channel_id",
        params![],
    )
    .await
}

/// The active e-mail channels of all tenants with this address, in lower case; oldest first.
pub async fn by_address(conn: &mut Conn, address: &str) -> Result<Vec<(CustomerId, ChannelId)>> {
    conn.query(
        "SELECT customer_id, channel_id FROM channels
         WHERE LOWER(email_address) = $1 AND channel_type = 'Email' AND is_active ORDER BY channel_id",
        params![address],
    )
    .await
}
