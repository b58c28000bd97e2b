//! Signatures of reps, one a language. The language '' stands for every one that has none.

use const_format::formatcp;

use super::super::{Conn, Tx};
use crate::error::Result;
use crate::model::{CustomerId, CustomerRepId};
use crate::{params, row};

row! {
    /// What stands under a rep's mails in one language.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Signature {
        /// In lower case; empty for the default.
        pub lang: String,
        pub signature_html: Option<String>,
        pub signature_text: Option<String>,
    }
}

pub async fn list(conn: &mut Conn, customer: CustomerId, rep: CustomerRepId) -> Result<Vec<Signature>> {
    conn.query(
        formatcp!(
            "SELECT {} FROM rep_signatures t WHERE t.customer_id = $1 AND t.customer_rep_id = $2 ORDER BY t.lang",
            Signature::COLUMNS
        ),
        params![customer, rep],
    )
    .await
}

pub async fn find(
    conn: &mut Conn,
    customer: CustomerId,
    rep: CustomerRepId,
    lang: &str,
) -> Result<Option<Signature>> {
    conn.query_opt(
        formatcp!(
            "SELECT {} FROM rep_signatures t WHERE t.customer_id = $1 AND t.customer_rep_id = $2 AND t.lang = $3",
            Signature::COLUMNS
        ),
        params![customer, rep, lang],
    )
    .await
}

pub async fn put(tx: &mut Tx, customer: CustomerId, rep: CustomerRepId, signature: &Signature) -> Result<()> {
    tx.execute(
        "INSERT INTO rep_signatures (customer_id, customer_rep_id, lang, signature_html, signature_text)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (customer_id, customer_rep_id, lang)
         DO UPDATE SET signature_html = excluded.signature_html, signature_text = excluded.signature_text",
        params![customer, rep, &signature.lang, &signature.signature_html, &signature.signature_text],
    )
    .await?;
    Ok(())
}

pub async fn delete(tx: &mut Tx, customer: CustomerId, rep: CustomerRepId, lang: &str) -> Result<()> {
    tx.execute(
        "DELETE FROM rep_signatures WHERE customer_id = $1 AND customer_rep_id = $2 AND lang = $3",
        params![customer, rep, lang],
    )
    .await?;
    Ok(())
}
