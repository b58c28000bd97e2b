//! Lists of tickets that reps named.

use const_format::formatcp;

use super::{Conn, Tx};
use crate::error::Result;
use crate::model::{CustomerId, CustomerRepId, SavedViewId, Timestamp};
use crate::{params, row};

row! {
    #[derive(Clone, Debug)]
    pub struct SavedView {
        pub saved_view_id: SavedViewId,
        /// Who made it.
        pub customer_rep_id: CustomerRepId,
        pub name: String,
        /// What `GET /api/tickets` is asked.
        pub query: String,
        pub is_shared: bool,
        pub position: i64,
        pub created_at: Timestamp,
        pub changed_at: Timestamp,
    }
}

/// A rep's own and the shared ones, in their order.
pub async fn visible(conn: &mut Conn, customer: CustomerId, rep: CustomerRepId) -> Result<Vec<SavedView>> {
    conn.query(
        formatcp!(
            "SELECT {} FROM saved_views t WHERE t.customer_id = $1 AND (t.customer_rep_id = $2 OR t.is_shared)
             ORDER BY t.position, t.saved_view_id",
            SavedView::COLUMNS
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
    view: SavedViewId,
) -> Result<SavedView> {
    conn.query_one(
        formatcp!(
            "SELECT {} FROM saved_views t WHERE t.customer_id = $1 AND t.saved_view_id = $3
             AND (t.customer_rep_id = $2 OR t.is_shared)",
            SavedView::COLUMNS
        ),
        params![customer, rep, view],
    )
    .await
}

pub async fn insert(tx: &mut Tx, customer: CustomerId, view: &SavedView) -> Result<SavedViewId> {
    let mut columns = vec!["customer_id"];
    columns.extend(&SavedView::NAMES[1..]);
    let mut values = vec![customer.into()];
    values.extend(view.values().into_iter().skip(1));
    tx.insert_row("saved_views", "saved_view_id", &columns, &values).await.map(SavedViewId)
}

pub async fn update(tx: &mut Tx, customer: CustomerId, view: &SavedView) -> Result<()> {
    tx.execute(
        "UPDATE saved_views SET name = $3, query = $4, is_shared = $5, position = $6, changed_at = $7
         WHERE customer_id = $1 AND saved_view_id = $2",
        params![
            customer,
            view.saved_view_id,
            &view.name,
            &view.query,
            view.is_shared,
            view.position,
            view.changed_at
        ],
    )
    .await?;
    Ok(())
}

pub async fn delete(tx: &mut Tx, customer: CustomerId, view: SavedViewId) -> Result<u64> {
    tx.execute(
        "DELETE FROM saved_views WHERE customer_id = $1 AND saved_view_id = $2",
        params![customer, view],
    )
    .await
}
