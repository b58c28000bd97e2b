//! Mail that belongs to no ticket message. Bodies are encrypted.

use const_format::formatcp;

use super::{Conn, Tx};
use crate::error::Result;
use crate::model::{CustomerId, DeliveryStatus};
use crate::{params, row};

row! {
    /// A mail as it is stored.
    pub struct Mail {
        pub kind: String,
        pub to_address: String,
        pub subject: String,
        /// Encrypted with the master key.
        pub body: Vec<u8>,
        pub message_identifier: String,
        pub delivery_status: DeliveryStatus,
    }
}

pub async fn insert(tx: &mut Tx, customer: CustomerId, mail: &Mail) -> Result<i64> {
    let mut columns = vec!["customer_id", "created_at"];
    columns.extend(Mail::NAMES);
    let mut values = vec![customer.into(), tx.now.into()];
    values.extend(mail.values());
    tx.insert_row("mails", "mail_id", &columns, &values).await
}

pub async fn get(conn: &mut Conn, customer: CustomerId, mail: i64) -> Result<Mail> {
    conn.query_one(
        formatcp!("SELECT {} FROM mails t WHERE t.customer_id = $1 AND t.mail_id = $2", Mail::COLUMNS),
        params![customer, mail],
    )
    .await
}

pub async fn set_status(tx: &mut Tx, customer: CustomerId, mail: i64, status: DeliveryStatus) -> Result<()> {
    tx.execute(
        "UPDATE mails SET delivery_status = $3 WHERE customer_id = $1 AND mail_id = $2",
        params![customer, mail, status],
    )
    .await?;
    Ok(())
}

pub async fn delete(tx: &mut Tx, customer: CustomerId, mail: i64) -> Result<()> {
    tx.execute("DELETE FROM mails WHERE customer_id = $1 AND mail_id = $2", params![customer, mail]).await?;
    Ok(())
}
