//! Documents as they are searched: cut into passages.

use const_format::formatcp;

use super::{Conn, Tx, Value};
use crate::error::Result;
use crate::model::{CustomerId, DocumentId};
use crate::{params, row};

row! {
    /// A document that was cut into passages at a version of the tenant's documents, or has gone since.
    #[derive(Clone, Debug)]
    pub struct IndexedDocument {
        pub document_id: DocumentId,
        pub version: i64,
        pub is_gone: bool,
        pub title: String,
        /// Where it is sure.
        pub lang: Option<String>,
    }
}

row! {
    /// A passage of a document.
    #[derive(Clone, Debug)]
    pub struct Passage {
        pub document_id: DocumentId,
        /// From 0, in the order of the document.
        pub place: i64,
        /// The titles that it stands under, one a line.
        pub headings: String,
        pub text: String,
        /// Bytes of the document's content.
        pub start_at: i64,
        pub end_at: i64,
        /// Of what is embedded: titles and text.
        pub text_hash: String,
    }
}

/// Puts these passages in the place of what the document had.
pub async fn replace(
    tx: &mut Tx,
    customer: CustomerId,
    document: &IndexedDocument,
    passages: &[Passage],
) -> Result<()> {
    tx.execute(
        "DELETE FROM passages WHERE customer_id = $1 AND document_id = $2",
        params![customer, document.document_id],
    )
    .await?;
    tx.execute(
        "INSERT INTO indexed_documents (customer_id, document_id, version, is_gone, title, lang)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (customer_id, document_id) DO UPDATE SET version = excluded.version,
         is_gone = excluded.is_gone, title = excluded.title, lang = excluded.lang",
        params![
            customer,
            document.document_id,
            document.version,
            document.is_gone,
            &document.title,
            &document.lang
        ],
    )
    .await?;
    let mut columns = vec!["customer_id"];
    columns.extend(Passage::NAMES);
    let mut rows: Vec<Value<'_>> = Vec::with_capacity(columns.len() * passages.len());
    for passage in passages {
        rows.push(customer.into());
        rows.extend(passage.values());
    }
    tx.insert_many("passages", &columns, &rows).await
}

/// What changed after a version, gone ones included.
pub async fn changed_after(
    conn: &mut Conn,
    customer: CustomerId,
    version: i64,
) -> Result<Vec<IndexedDocument>> {
    conn.query(
        formatcp!(
            "SELECT {} FROM indexed_documents t WHERE t.customer_id = $1 AND t.version > $2 ORDER BY t.version",
            IndexedDocument::COLUMNS
        ),
        params![customer, version],
    )
    .await
}

/// Whether all documents are in English, or too short to tell.
pub async fn all_english(conn: &mut Conn, customer: CustomerId) -> Result<bool> {
    let (other,): (bool,) = conn
        .query_one(
            "SELECT EXISTS (SELECT 1 FROM indexed_documents WHERE customer_id = $1 AND NOT is_gone
             AND lang IS NOT NULL AND lang <> 'en')",
            params![customer],
        )
        .await?;
    Ok(!other)
}

/// The passages of some documents, in order.
pub async fn of_documents(
    conn: &mut Conn,
    customer: CustomerId,
    documents: Vec<i64>,
) -> Result<Vec<Passage>> {
    conn.query(
        formatcp!(
            "SELECT {} FROM passages t WHERE t.customer_id = $1 AND t.document_id = ANY($2)
             ORDER BY t.document_id, t.place",
            Passage::COLUMNS
        ),
        params![customer, documents],
    )
    .await
}

/// Titles of some documents.
pub async fn titles(
    conn: &mut Conn,
    customer: CustomerId,
    documents: Vec<i64>,
) -> Result<Vec<(DocumentId, String)>> {
    conn.query(
        "SELECT document_id, title FROM indexed_documents
         WHERE customer_id = $1 AND document_id = ANY($2) AND NOT is_gone",
        params![customer, documents],
    )
    .await
}

/// Documents that were never cut into passages: they are older than that.
pub async fn not_indexed(conn: &mut Conn, customer: CustomerId) -> Result<Vec<DocumentId>> {
    let rows: Vec<(DocumentId,)> = conn
        .query(
            "SELECT document_id FROM documents d WHERE d.customer_id = $1 AND NOT EXISTS
             (SELECT 1 FROM indexed_documents i WHERE i.customer_id = d.customer_id AND i.document_id = d.document_id)
             ORDER BY document_id",
            params![customer],
        )
        .await?;
    Ok(rows.into_iter().map(|it| it.0).collect())
}

/// Documents that are linked to some topics.
pub async fn documents_of_topics(
    conn: &mut Conn,
    customer: CustomerId,
    topics: Vec<i64>,
) -> Result<Vec<i64>> {
    let rows: Vec<(i64,)> = conn
        .query(
            "SELECT DISTINCT document_id FROM topic_documents WHERE customer_id = $1 AND topic_id = ANY($2)",
            params![customer, topics],
        )
        .await?;
    Ok(rows.into_iter().map(|it| it.0).collect())
}

/// Documents that are linked to topics that are linked to a channel.
pub async fn documents_of_channel(conn: &mut Conn, customer: CustomerId, channel: i64) -> Result<Vec<i64>> {
    let rows: Vec<(i64,)> = conn
        .query(
            "SELECT DISTINCT d.document_id FROM topic_documents d JOIN topic_channels c
             ON c.customer_id = d.customer_id AND c.topic_id = d.topic_id
             WHERE d.customer_id = $1 AND c.channel_id = $2",
            params![customer, channel],
        )
        .await?;
    Ok(rows.into_iter().map(|it| it.0).collect())
}

/// Topic and channel of every link between the two.
pub async fn topic_channels(conn: &mut Conn, customer: CustomerId) -> Result<Vec<(i64, i64)>> {
    conn.query("SELECT topic_id, channel_id FROM topic_channels WHERE customer_id = $1", params![customer])
        .await
}
