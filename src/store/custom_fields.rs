//! Definitions of custom fields.

use const_format::formatcp;

use super::{Conn, ToColumn, Tx};
use crate::error::Result;
use crate::model::{CustomField, CustomFieldId, CustomerId};
use crate::params;

/// The columns a list may be sorted by: the API's name and ours.
pub const SORTS: &[(&str, &str)] = &[
    ("customFieldDefinitionID", "t.custom_field_definition_id"),
    ("fieldName", "t.field_name_key"),
    ("fieldType", "t.field_type"),
    ("displayName", "LOWER(COALESCE(t.display_name, ''))"),
    ("description", "LOWER(COALESCE(t.description, ''))"),
    ("order", "t.sort_order"),
];

/// `order` is one of [`SORTS`] with its direction; ties are broken by id.
pub async fn list(
    conn: &mut Conn,
    customer: CustomerId,
    order: &str,
    limit: i64,
    offset: i64,
) -> Result<Vec<CustomField>> {
    let sql = format!(
        "SELECT {} FROM custom_fields t WHERE t.customer_id = $1
         ORDER BY {order}, t.custom_field_definition_id LIMIT $2 OFFSET $3",
        CustomField::COLUMNS
    );
    conn.query(&sql, params![customer, limit, offset]).await
}

/// Every definition of the tenant, in their order.
pub async fn all(conn: &mut Conn, customer: CustomerId) -> Result<Vec<CustomField>> {
    list(conn, customer, "t.sort_order ASC", i64::MAX, 0).await
}

pub async fn count(conn: &mut Conn, customer: CustomerId) -> Result<u64> {
    let (n,): (i64,) = conn
        .query_one("SELECT COUNT(*) FROM custom_fields WHERE customer_id = $1", params![customer])
        .await?;
    Ok(n as u64)
}

pub async fn get(conn: &mut Conn, customer: CustomerId, field: CustomFieldId) -> Result<CustomField> {
    conn.query_one(
        formatcp!(
            "SELECT {} FROM custom_fields t WHERE t.customer_id = $1 AND t.custom_field_definition_id = $2",
            CustomField::COLUMNS
        ),
        params![customer, field],
    )
    .await
}

/// Inserts a definition; its id is not read.
pub async fn insert(tx: &mut Tx, customer: CustomerId, field: &CustomField) -> Result<CustomFieldId> {
    let mut columns = vec!["customer_id", "field_name_key"];
    columns.extend(&CustomField::NAMES[1..]);
    let mut values = vec![customer.into(), field.field_name.to_lowercase().into()];
    values.extend(field.values().into_iter().skip(1));
    tx.insert_row("custom_fields", "custom_field_definition_id", &columns, &values).await.map(CustomFieldId)
}

/// Everything but name and type.
pub async fn update(tx: &mut Tx, customer: CustomerId, field: &CustomField) -> Result<()> {
    tx.execute(
        "UPDATE custom_fields SET display_name = $3, description = $4, sort_order = $5, options = $6
         WHERE customer_id = $1 AND custom_field_definition_id = $2",
        &[
            customer.into(),
            field.custom_field_definition_id.into(),
            (&field.display_name).into(),
            (&field.description).into(),
            field.sort_order.into(),
            field.options.to_column(),
        ],
    )
    .await?;
    Ok(())
}

pub async fn delete(tx: &mut Tx, customer: CustomerId, field: CustomFieldId) -> Result<()> {
    tx.execute(
        "DELETE FROM custom_fields WHERE customer_id = $1 AND custom_field_definition_id = $2",
        params![customer, field],
    )
    .await?;
    Ok(())
}
