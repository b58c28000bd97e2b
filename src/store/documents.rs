//! Documents.

use const_format::formatcp;

use super::{Conn, Contains, Tx, Value};
use crate::error::Result;
use crate::model::{CustomerId, Document, DocumentId};
use crate::params;

/// The columns a list may be sorted by: the API's name and ours. Nothing sorts as an empty text.
pub const SORTS: &[(&str, &str)] = &[
    ("documentID", "t.document_id"),
    ("name", "LOWER(t.name)"),
    ("description", "LOWER(COALESCE(t.description, ''))"),
    ("content", "LOWER(COALESCE(t.content, ''))"),
    ("isDataRetrievalProcess", "t.is_data_retrieval_process"),
    ("creationDate", "t.creation_date"),
    ("lastModifiedDate", "t.last_modified_date"),
    ("apiEndpoint", "LOWER(COALESCE(t.api_endpoint, ''))"),
    ("apiMethod", "LOWER(COALESCE(t.api_method, ''))"),
    ("apiBodyTemplate", "LOWER(COALESCE(t.api_body_template, ''))"),
    ("overrideApiEndpoint", "LOWER(override_endpoint)"),
    ("overrideApiMethod", "LOWER(override_method)"),
    ("overrideApiBodyTemplate", "LOWER(override_body_template)"),
];

/// Members of the column `override_api`, which stand in [`SORTS`] with `override_` before them.
const OVERRIDES: [&str; 3] = ["endpoint", "method", "body_template"];

fn search_text(document: &Document) -> String {
    let parts: Vec<&str> =
        [Some(document.name.as_str()), document.description.as_deref()].into_iter().flatten().collect();
    parts.join("\n").to_lowercase()
}

/// `order` is one of [`SORTS`] with its direction; ties are broken by id.
pub async fn list(
    conn: &mut Conn,
    customer: CustomerId,
    search: &Contains,
    order: &str,
    limit: i64,
    offset: i64,
) -> Result<Vec<Document>> {
    let mut order = order.to_owned();
    for member in OVERRIDES {
        let text = conn.dialect().json_text("t.override_api", member);
        order = order.replace(&format!("override_{member}"), &text);
    }
    let (clause, mut values) = search.clause(customer);
    values.extend([limit.into(), offset.into()]);
    let sql = format!(
        "SELECT {} FROM documents t WHERE {clause} ORDER BY {order}, t.document_id LIMIT ${} OFFSET ${}",
        Document::COLUMNS,
        values.len() - 1,
        values.len()
    );
    conn.query(&sql, &values).await
}

pub async fn count(conn: &mut Conn, customer: CustomerId, search: &Contains) -> Result<u64> {
    let (clause, values) = search.clause(customer);
    let (n,): (i64,) =
        conn.query_one(&format!("SELECT COUNT(*) FROM documents t WHERE {clause}"), &values).await?;
    Ok(n as u64)
}

pub async fn get(conn: &mut Conn, customer: CustomerId, document: DocumentId) -> Result<Document> {
    conn.query_one(
        formatcp!(
            "SELECT {} FROM documents t WHERE t.customer_id = $1 AND t.document_id = $2",
            Document::COLUMNS
        ),
        params![customer, document],
    )
    .await
}

/// Inserts a document; its `document_id` is not read.
pub async fn insert(tx: &mut Tx, customer: CustomerId, document: &Document) -> Result<DocumentId> {
    let mut columns = vec!["customer_id", "search_text"];
    columns.extend(&Document::NAMES[1..]);
    let mut values = vec![customer.into(), search_text(document).into()];
    values.extend(document.values().into_iter().skip(1));
    tx.insert_row("documents", "document_id", &columns, &values).await.map(DocumentId)
}

/// Writes every column.
pub async fn update(tx: &mut Tx, customer: CustomerId, document: &Document) -> Result<()> {
    let mut sql = String::from("UPDATE documents SET search_text = $3");
    let mut values: Vec<Value<'_>> =
        vec![customer.into(), document.document_id.into(), search_text(document).into()];
    for (name, value) in Document::NAMES.iter().zip(document.values()).skip(1) {
        values.push(value);
        sql.push_str(&format!(", {name} = ${}", values.len()));
    }
    sql.push_str(" WHERE customer_id = $1 AND document_id = $2");
    tx.execute(&sql, &values).await?;
    Ok(())
}

/// The document and its links to topics.
pub async fn delete(tx: &mut Tx, customer: CustomerId, document: DocumentId) -> Result<()> {
    for sql in [
        "DELETE FROM topic_documents WHERE customer_id = $1 AND document_id = $2",
        "DELETE FROM documents WHERE customer_id = $1 AND document_id = $2",
    ] {
        tx.execute(sql, params![customer, document]).await?;
    }
    Ok(())
}
