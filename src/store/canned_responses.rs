//! Answers to choose from.

use const_format::formatcp;

use super::{Conn, Tx, Value};
use crate::error::Result;
use crate::model::{CannedResponseId, CustomerId, CustomerRepId, Timestamp};
use crate::{params, row};

row! {
    #[derive(Clone, Debug)]
    pub struct CannedResponse {
        pub canned_response_id: CannedResponseId,
        /// Who made it.
        pub customer_rep_id: CustomerRepId,
        pub title: String,
        /// What it is called by while writing.
        pub shortcut: Option<String>,
        pub lang: Option<String>,
        pub html_body: Option<String>,
        pub text_body: Option<String>,
        pub is_shared: bool,
        pub created_at: Timestamp,
        pub changed_at: Timestamp,
    }
}

const WHERE: &str = "t.customer_id = $1 AND t.owner IN (0, $2)";

/// A rep's own and the shared ones, by title.
pub async fn visible(
    conn: &mut Conn,
    customer: CustomerId,
    rep: CustomerRepId,
) -> Result<Vec<CannedResponse>> {
    conn.query(
        formatcp!(
            "SELECT {} FROM canned_responses t WHERE {WHERE} ORDER BY LOWER(t.title), t.canned_response_id",
            CannedResponse::COLUMNS
        ),
        params![customer, rep],
    )
    .await
}

/// One that this rep sees.
pub async fn get(
    conn: &mut Conn,
    customer: CustomerId,
    rep: CustomerRepId,
    id: CannedResponseId,
) -> Result<CannedResponse> {
    conn.query_one(
        formatcp!(
            "SELECT {} FROM canned_responses t WHERE {WHERE} AND t.canned_response_id = $3",
            CannedResponse::COLUMNS
        ),
        params![customer, rep, id],
    )
    .await
}

/// Who has it, and what its shortcut is found by.
fn keys(it: &CannedResponse) -> [Value<'static>; 2] {
    let owner = if it.is_shared { CustomerRepId(0) } else { it.customer_rep_id };
    [owner.into(), it.shortcut.as_deref().map(str::to_lowercase).into()]
}

pub async fn insert(tx: &mut Tx, customer: CustomerId, it: &CannedResponse) -> Result<CannedResponseId> {
    let mut columns = vec!["customer_id", "owner", "shortcut_key"];
    columns.extend(&CannedResponse::NAMES[1..]);
    let mut values = vec![customer.into()];
    values.extend(keys(it));
    values.extend(it.values().into_iter().skip(1));
    tx.insert_row("canned_responses", "canned_response_id", &columns, &values).await.map(CannedResponseId)
}

pub async fn update(tx: &mut Tx, customer: CustomerId, it: &CannedResponse) -> Result<()> {
    let [owner, shortcut_key] = keys(it);
    tx.execute(
        "UPDATE canned_responses SET title = $3, shortcut = $4, lang = $5, html_body = $6, text_body = $7,
             is_shared = $8, changed_at = $9, owner = $10, shortcut_key = $11
         WHERE customer_id = $1 AND canned_response_id = $2",
        params![
            customer,
            it.canned_response_id,
            &it.title,
            &it.shortcut,
            &it.lang,
            &it.html_body,
            &it.text_body,
            it.is_shared,
            it.changed_at,
            owner,
            shortcut_key
        ],
    )
    .await?;
    Ok(())
}

pub async fn delete(tx: &mut Tx, customer: CustomerId, id: CannedResponseId) -> Result<u64> {
    tx.execute(
        "DELETE FROM canned_responses WHERE customer_id = $1 AND canned_response_id = $2",
        params![customer, id],
    )
    .await
}
