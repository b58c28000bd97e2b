//! Reps: who may sign in. What the API shows of them is in `profiles`.

pub mod profiles;
pub mod signatures;

use const_format::formatcp;

use super::{Columns, Conn, FromRow, Tx};
use crate::error::Result;
use crate::model::{ApiKeyId, CustomerId, CustomerRepId, NewRep, Role, Timestamp};
use crate::{params, row};

row! {
    /// What decides what a rep may do now.
    #[derive(Clone, PartialEq, Debug)]
    pub struct Access {
        pub customer_id: CustomerId,
        pub customer_rep_id: CustomerRepId,
        pub role: Role,
        pub is_active: bool,
        pub token_version: i64,
    }
}

/// What a list whose rows name a rep is sorted by: the rep's name, without regard to case.
pub(in crate::store) const NAME_OF_REP: &str = formatcp!("{NAME} = t.customer_rep_id)");
/// The same where the rep is who did something.
pub(in crate::store) const NAME_OF_ACTOR: &str = formatcp!("{NAME} = t.actor_id)");
const NAME: &str = "(SELECT LOWER(r.name) FROM customer_reps r \
     WHERE r.customer_id = t.customer_id AND r.customer_rep_id";

/// A rep that a username may mean.
pub struct Login {
    pub access: Access,
    pub password_hash: String,
    pub hostname: Option<String>,
}

impl FromRow for Login {
    fn from_row(columns: &mut Columns<'_>) -> Result<Self> {
        Ok(Self {
            access: Access::from_row(columns)?,
            password_hash: columns.take()?,
            hostname: columns.take()?,
        })
    }
}

/// A rep behind an API key.
pub struct KeyAccess {
    pub rep: Access,
    pub api_key_id: ApiKeyId,
    pub scopes: String,
}

impl FromRow for KeyAccess {
    fn from_row(columns: &mut Columns<'_>) -> Result<Self> {
        Ok(Self { rep: Access::from_row(columns)?, api_key_id: columns.take()?, scopes: columns.take()? })
    }
}

/// What a rep may do, and the version of the tenant's names that it was read with: every change of it is
/// another version.
struct At(Access, i64);

impl FromRow for At {
    fn from_row(columns: &mut Columns<'_>) -> Result<Self> {
        Ok(Self(Access::from_row(columns)?, columns.take()?))
    }
}

/// What a rep may do, true while the names of the tenant have the version that comes with it.
pub async fn access(
    conn: &mut Conn,
    customer: CustomerId,
    rep: CustomerRepId,
) -> Result<Option<(Access, i64)>> {
    let found: Option<At> = conn
        .query_opt(
            formatcp!(
                "SELECT {}, c.refs_version FROM customer_reps t JOIN customers c ON c.customer_id = t.customer_id
                 WHERE t.customer_id = $1 AND t.customer_rep_id = $2",
                Access::COLUMNS
            ),
            params![customer, rep],
        )
        .await?;
    Ok(found.map(|it| (it.0, it.1)))
}

/// By id alone: for a pair of credentials that was verified in this process.
pub async fn access_by_rep(conn: &mut Conn, rep: CustomerRepId) -> Result<Option<Access>> {
    conn.query_opt(
        formatcp!("SELECT {} FROM customer_reps t WHERE t.customer_rep_id = $1", Access::COLUMNS),
        params![rep],
    )
    .await
}

/// By the keyed hash of an API key that is neither revoked nor expired.
pub async fn access_by_api_key(conn: &mut Conn, hash: &str, now: Timestamp) -> Result<Option<KeyAccess>> {
    conn.query_opt(
        formatcp!(
            "SELECT {}, k.api_key_id, k.scopes FROM api_keys k
             JOIN customer_reps t ON t.customer_id = k.customer_id AND t.customer_rep_id = k.customer_rep_id
             WHERE k.key_hash = $1 AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > $2) AND t.is_active",
            Access::COLUMNS
        ),
        params![hash, now],
    )
    .await
}

/// Every rep of any tenant with this username (lower case).
pub async fn logins(conn: &mut Conn, username_key: &str) -> Result<Vec<Login>> {
    conn.query(
        formatcp!(
            "SELECT {}, t.password_hash, c.hostname FROM customer_reps t
             JOIN customers c ON c.customer_id = t.customer_id WHERE t.username_key = $1",
            Access::COLUMNS
        ),
        params![username_key],
    )
    .await
}

pub async fn is_hostname(conn: &mut Conn, hostname: &str) -> Result<bool> {
    let found: Option<(i64,)> =
        conn.query_opt("SELECT customer_id FROM customers WHERE hostname = $1", params![hostname]).await?;
    Ok(found.is_some())
}

pub async fn insert(tx: &mut Tx, customer: CustomerId, new: &NewRep) -> Result<CustomerRepId> {
    let now = tx.now;
    let username = new.username.trim();
    let name = new.name.as_deref().map(str::trim).filter(|it| !it.is_empty()).unwrap_or(username);
    let (id,): (CustomerRepId,) = tx
        .query_one(
            "INSERT INTO customer_reps
             (customer_id, username, username_key, name, email, phone_number, other_details, role, is_active, is_available, password_hash, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING customer_rep_id",
            params![
                customer, username, username.to_lowercase(), name, &new.email, &new.phone_number,
                &new.other_details, new.role, new.is_active, new.is_available, &new.password_hash, now
            ],
        )
        .await?;
    Ok(id)
}

/// Deletes links for new passwords that expired before.
pub async fn delete_resets_before(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    tx.execute("DELETE FROM password_resets WHERE expires_at < $1", params![before]).await
}
