//! Channels.

use const_format::formatcp;

use super::{Conn, ToColumn, Tx};
use crate::error::Result;
use crate::model::{Channel, ChannelId, ChannelType, CustomerId, MailSettings};
use crate::params;

/// What is written of a channel.
pub struct ChannelFields {
    pub channel_type: ChannelType,
    pub name: String,
    pub is_active: bool,
    pub email_address: Option<String>,
    pub hostnames: Option<String>,
    pub phone_number: Option<String>,
    pub is_default_translation_channel: bool,
    pub auto_retrieve_emails: bool,
    pub connection_details: Option<serde_json::Value>,
    pub settings: MailSettings,
    pub secrets: Option<Vec<u8>>,
}

/// Every channel of the tenant, oldest first.
pub async fn list(conn: &mut Conn, customer: CustomerId) -> Result<Vec<Channel>> {
    conn.query(
        formatcp!(
            "SELECT {} FROM channels t WHERE t.customer_id = $1 ORDER BY t.channel_id",
            Channel::COLUMNS
        ),
        params![customer],
    )
    .await
}

pub async fn get(conn: &mut Conn, customer: CustomerId, channel: ChannelId) -> Result<Channel> {
    conn.query_one(
        formatcp!(
            "SELECT {} FROM channels t WHERE t.customer_id = $1 AND t.channel_id = $2",
            Channel::COLUMNS
        ),
        params![customer, channel],
    )
    .await
}

/// For work that is to be done one after the other in a channel: other transactions wait for this one.
pub async fn lock(tx: &mut Tx, customer: CustomerId, channel: ChannelId) -> Result<Channel> {
    tx.query_one(
        formatcp!(
            "SELECT {} FROM channels t WHERE t.customer_id = $1 AND t.channel_id = $2 FOR UPDATE",
            Channel::COLUMNS
        ),
        params![customer, channel],
    )
    .await
}

/// The kind of a channel; None where there is no such channel.
pub async fn channel_type(
    conn: &mut Conn,
    customer: CustomerId,
    channel: ChannelId,
) -> Result<Option<ChannelType>> {
    let row: Option<(ChannelType,)> = conn
        .query_opt(
            "SELECT channel_type FROM channels WHERE customer_id = $1 AND channel_id = $2",
            params![customer, channel],
        )
        .await?;
    Ok(row.map(|it| it.0))
}

pub async fn insert(
    tx: &mut Tx,
    customer: CustomerId,
    token: &str,
    fields: &ChannelFields,
) -> Result<ChannelId> {
    let now = tx.now;
    let (id,): (ChannelId,) = tx
        .query_one(
            "INSERT INTO channels
             (customer_id, channel_type, name, is_active, email_address, token, hostnames, phone_number,
              is_default_translation_channel, auto_retrieve_emails, connection_details, settings, secrets, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING channel_id",
            params![
                customer,
                fields.channel_type,
                &fields.name,
                fields.is_active,
                &fields.email_address,
                token,
                &fields.hostnames,
                &fields.phone_number,
                fields.is_default_translation_channel,
                fields.auto_retrieve_emails,
                &fields.connection_details,
                fields.settings.to_column(),
                fields.secrets.as_deref(),
                now
            ],
        )
        .await?;
    Ok(id)
}

pub async fn update(
    tx: &mut Tx,
    customer: CustomerId,
    channel: ChannelId,
    fields: &ChannelFields,
) -> Result<()> {
    tx.execute(
        "UPDATE channels SET channel_type = $3, name = $4, is_active = $5, email_address = $6, hostnames = $7,
         phone_number = $8, is_default_translation_channel = $9, auto_retrieve_emails = $10,
         connection_details = $11, settings = $12, secrets = $13
         WHERE customer_id = $1 AND channel_id = $2",
        params![
            customer,
            channel,
            fields.channel_type,
            &fields.name,
            fields.is_active,
            &fields.email_address,
            &fields.hostnames,
            &fields.phone_number,
            fields.is_default_translation_channel,
            fields.auto_retrieve_emails,
            &fields.connection_details,
            fields.settings.to_column(),
            fields.secrets.as_deref()
        ],
    )
    .await?;
    Ok(())
}

/// Leaves `channel` as the only one that may be the default for translations.
pub async fn clear_other_defaults(tx: &mut Tx, customer: CustomerId, channel: ChannelId) -> Result<()> {
    tx.execute(
        "UPDATE channels SET is_default_translation_channel = FALSE
         WHERE customer_id = $1 AND channel_id <> $2 AND is_default_translation_channel",
        params![customer, channel],
    )
    .await?;
    Ok(())
}

/// Whether a ticket is in it.
pub async fn has_tickets(conn: &mut Conn, customer: CustomerId, channel: ChannelId) -> Result<bool> {
    let found: Option<(i64,)> = conn
        .query_opt(
            "SELECT ticket_id FROM tickets WHERE customer_id = $1 AND channel_id = $2 LIMIT 1",
            params![customer, channel],
        )
        .await?;
    Ok(found.is_some())
}

/// The channel and its links to topics.
pub async fn delete(tx: &mut Tx, customer: CustomerId, channel: ChannelId) -> Result<()> {
    for sql in [
        "DELETE FROM topic_channels WHERE customer_id = $1 AND channel_id = $2",
        "DELETE FROM channels WHERE customer_id = $1 AND channel_id = $2",
    ] {
        tx.execute(sql, params![customer, channel]).await?;
    }
    Ok(())
}
