//! How a tenant wants its messages understood, and the versions of what that is learned from.

use const_format::formatcp;

use super::{Conn, Tx};
use crate::error::Result;
use crate::model::CustomerId;
use crate::{params, row};

row! {
    /// The settings of one tenant. Nothing set: the program's own way.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct AiSettings {
        /// The share of assigned topics that may be wrong.
        pub most_wrong: Option<f64>,
        /// Comma-separated codes.
        pub languages: Option<String>,
        pub embedding_endpoint: Option<String>,
        pub embedding_model: Option<String>,
        /// Encrypted.
        pub embedding_api_key: Option<Vec<u8>>,
        /// The texts are being embedded anew: what was set before is used until they are.
        pub is_switching: bool,
        /// JSON text.
        pub used_before: Option<String>,
        /// Encrypted.
        pub api_key_before: Option<Vec<u8>>,
        pub examples_version: i64,
        pub documents_version: i64,
    }
}

/// The settings, and the version of what tickets refer to (topics among it).
pub async fn get(conn: &mut Conn, customer: CustomerId) -> Result<(AiSettings, i64)> {
    let (refs_version,): (i64,) = conn
        .query_one("SELECT refs_version FROM customers WHERE customer_id = $1", params![customer])
        .await?;
    let settings = conn
        .query_opt(
            formatcp!("SELECT {} FROM ai_settings t WHERE t.customer_id = $1", AiSettings::COLUMNS),
            params![customer],
        )
        .await?;
    Ok((settings.unwrap_or_default(), refs_version))
}

/// Writes everything but the versions.
pub async fn put(tx: &mut Tx, customer: CustomerId, settings: &AiSettings) -> Result<()> {
    tx.execute(
        "INSERT INTO ai_settings (customer_id, most_wrong, languages, embedding_endpoint, embedding_model,
         embedding_api_key, is_switching, used_before, api_key_before) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (customer_id) DO UPDATE SET most_wrong = excluded.most_wrong, languages = excluded.languages,
         embedding_endpoint = excluded.embedding_endpoint, embedding_model = excluded.embedding_model,
         embedding_api_key = excluded.embedding_api_key, is_switching = excluded.is_switching,
         used_before = excluded.used_before, api_key_before = excluded.api_key_before",
        params![
            customer,
            settings.most_wrong,
            &settings.languages,
            &settings.embedding_endpoint,
            &settings.embedding_model,
            settings.embedding_api_key.as_deref(),
            settings.is_switching,
            &settings.used_before,
            settings.api_key_before.as_deref()
        ],
    )
    .await?;
    Ok(())
}

/// The next version of the tenant's examples. Transactions that take one follow each other.
pub async fn next_examples_version(tx: &mut Tx, customer: CustomerId) -> Result<i64> {
    let (version,): (i64,) = tx
        .query_one(
            "INSERT INTO ai_settings (customer_id, examples_version) VALUES ($1, 1)
             ON CONFLICT (customer_id) DO UPDATE SET examples_version = ai_settings.examples_version + 1
             RETURNING examples_version",
            params![customer],
        )
        .await?;
    Ok(version)
}

/// The next version of the tenant's documents. Transactions that take one follow each other.
pub async fn next_documents_version(tx: &mut Tx, customer: CustomerId) -> Result<i64> {
    let (version,): (i64,) = tx
        .query_one(
            "INSERT INTO ai_settings (customer_id, documents_version) VALUES ($1, 1)
             ON CONFLICT (customer_id) DO UPDATE SET documents_version = ai_settings.documents_version + 1
             RETURNING documents_version",
            params![customer],
        )
        .await?;
    Ok(version)
}
