//! Vectors of texts, by the model that made them.

use std::collections::HashMap;

use super::{Conn, Tx, Value};
use crate::error::Result;
use crate::model::CustomerId;
use crate::params;

/// Those that are kept, by the hash of their text.
pub async fn of(
    conn: &mut Conn,
    customer: CustomerId,
    model: &str,
    kind: &str,
    hashes: Vec<String>,
) -> Result<HashMap<String, Vec<f32>>> {
    let mut found = HashMap::with_capacity(hashes.len());
    for hashes in hashes.chunks(10_000) {
        let rows: Vec<(String, Vec<u8>)> = conn
            .query(
                "SELECT text_hash, vector FROM text_vectors
                 WHERE customer_id = $1 AND model = $2 AND kind = $3 AND text_hash = ANY($4)",
                params![customer, model, kind, hashes.to_vec()],
            )
            .await?;
        found.extend(rows.into_iter().map(|(hash, bytes)| (hash, read(&bytes))));
    }
    Ok(found)
}

/// Keeps them; what is kept already stays.
pub async fn put(
    tx: &mut Tx,
    customer: CustomerId,
    model: &str,
    kind: &str,
    vectors: &[(String, Vec<f32>)],
) -> Result<()> {
    for (hash, vector) in vectors {
        let values: Vec<Value<'_>> =
            vec![customer.into(), model.into(), kind.into(), hash.into(), write(vector).into()];
        tx.execute(
            "INSERT INTO text_vectors (customer_id, model, kind, text_hash, vector) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (customer_id, model, kind, text_hash) DO NOTHING",
            &values,
        )
        .await?;
    }
    Ok(())
}

/// Removes those of a model that are not so long.
pub async fn delete_others(tx: &mut Tx, customer: CustomerId, model: &str, length: usize) -> Result<u64> {
    let bytes = i64::try_from(length * 4).unwrap_or(i64::MAX);
    tx.execute(
        "DELETE FROM text_vectors WHERE customer_id = $1 AND model = $2 AND LENGTH(vector) <> $3",
        params![customer, model, bytes],
    )
    .await
}

/// Removes those of texts that are gone.
pub async fn delete_unused(tx: &mut Tx) -> Result<u64> {
    tx.execute(
        "DELETE FROM text_vectors WHERE
         (kind = 'example' AND NOT EXISTS (SELECT 1 FROM topic_examples e
            WHERE e.customer_id = text_vectors.customer_id AND e.text_hash = text_vectors.text_hash))
         OR (kind = 'passage' AND NOT EXISTS (SELECT 1 FROM passages p
            WHERE p.customer_id = text_vectors.customer_id AND p.text_hash = text_vectors.text_hash))",
        params![],
    )
    .await
}

fn read(bytes: &[u8]) -> Vec<f32> {
    bytes.chunks_exact(4).map(|it| f32::from_le_bytes([it[0], it[1], it[2], it[3]])).collect()
}

fn write(vector: &[f32]) -> Vec<u8> {
    vector.iter().flat_map(|it| it.to_le_bytes()).collect()
}
