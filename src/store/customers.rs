//! Tenants.

use const_format::formatcp;

use super::{Conn, Tx};
use crate::error::Result;
use crate::model::{CustomerId, CustomerRepId, LlmProvider};
use crate::{params, row};

/// Marks in `meta` that the installation has had its first tenant.
pub const SET_UP: &str = "set_up";

row! {
    /// A tenant and its settings.
    #[derive(Clone, Debug)]
    pub struct Customer {
        pub customer_id: CustomerId,
        pub name: String,
        /// In lower case; selects the tenant at login.
        pub hostname: Option<String>,
        pub default_lang: Option<String>,
        pub default_customer_rep_id: Option<CustomerRepId>,
        pub ai_tone: Option<String>,
        pub llm_endpoint: Option<String>,
        pub llm_model: Option<String>,
        /// Encrypted.
        pub llm_api_key: Option<Vec<u8>>,
        /// What speaks at the endpoint; told from its address where it is not set.
        pub llm_provider: Option<LlmProvider>,
        /// Other models that may be asked, separated by commas.
        pub llm_models: Option<String>,
        pub llm_timeout_seconds: Option<i64>,
        pub llm_monthly_tokens: Option<i64>,
    }
}

pub async fn get(conn: &mut Conn, customer: CustomerId) -> Result<Customer> {
    conn.query_one(
        formatcp!("SELECT {} FROM customers t WHERE t.customer_id = $1", Customer::COLUMNS),
        params![customer],
    )
    .await
}

pub async fn insert(tx: &mut Tx, name: &str, hostname: Option<&str>) -> Result<CustomerId> {
    let now = tx.now;
    let (id,): (CustomerId,) = tx
        .query_one(
            "INSERT INTO customers (name, hostname, created_at) VALUES ($1, $2, $3) RETURNING customer_id",
            params![name, hostname, now],
        )
        .await?;
    Ok(id)
}

row! {
    /// What a tenant goes by.
    pub struct Named {
        pub customer_id: CustomerId,
        pub name: String,
        pub hostname: Option<String>,
    }
}

/// Every tenant, with what it goes by.
pub async fn all(conn: &mut Conn) -> Result<Vec<Named>> {
    conn.query(formatcp!("SELECT {} FROM customers t ORDER BY t.customer_id", Named::COLUMNS), params![])
        .await
}

/// Every tenant.
pub async fn ids(conn: &mut Conn) -> Result<Vec<CustomerId>> {
    let rows: Vec<(CustomerId,)> =
        conn.query("SELECT customer_id FROM customers ORDER BY customer_id", params![]).await?;
    Ok(rows.into_iter().map(|it| it.0).collect())
}

pub async fn update(tx: &mut Tx, customer: &Customer) -> Result<()> {
    tx.execute(
        "UPDATE customers SET name = $2, hostname = $3, default_lang = $4, default_customer_rep_id = $5,
         ai_tone = $6, llm_endpoint = $7, llm_model = $8, llm_api_key = $9, llm_provider = $10, llm_models = $11,
         llm_timeout_seconds = $12, llm_monthly_tokens = $13 WHERE customer_id = $1",
        params![
            customer.customer_id,
            &customer.name,
            &customer.hostname,
            &customer.default_lang,
            customer.default_customer_rep_id,
            &customer.ai_tone,
            &customer.llm_endpoint,
            &customer.llm_model,
            customer.llm_api_key.as_deref(),
            customer.llm_provider,
            &customer.llm_models,
            customer.llm_timeout_seconds,
            customer.llm_monthly_tokens
        ],
    )
    .await?;
    Ok(())
}

/// Whether the installation has no tenant.
pub async fn none_yet(conn: &mut Conn) -> Result<bool> {
    let found: Option<(CustomerId,)> =
        conn.query_opt("SELECT customer_id FROM customers LIMIT 1", params![]).await?;
    Ok(found.is_none())
}
