//! Sign-ins of browsers.

use const_format::formatcp;

use super::reps::Access;
use super::{Columns, Conn, FromRow, Tx};
use crate::error::Result;
use crate::model::{CustomerId, CustomerRepId, SessionId, Timestamp};
use crate::{params, row};

row! {
    /// A sign-in.
    #[derive(Clone, Debug)]
    pub struct Session {
        pub session_id: SessionId,
        pub customer_id: CustomerId,
        pub customer_rep_id: CustomerRepId,
        /// Whether it outlives the browser's window.
        pub is_remembered: bool,
        pub user_agent: Option<String>,
        pub created_at: Timestamp,
        pub renewed_at: Timestamp,
        pub expires_at: Timestamp,
    }
}

/// A sign-in with its rep.
pub struct SignedIn {
    pub rep: Access,
    pub session: Session,
}

impl FromRow for SignedIn {
    fn from_row(columns: &mut Columns<'_>) -> Result<Self> {
        let rep = Access::from_row(columns)?;
        Ok(Self { rep, session: Session::from_row(columns)? })
    }
}

/// What a rep that signs in is kept under.
pub struct NewSession {
    pub hash: String,
    pub token_version: i64,
    pub is_remembered: bool,
    pub user_agent: Option<String>,
    pub expires_at: Timestamp,
}

pub async fn insert(
    tx: &mut Tx,
    customer: CustomerId,
    rep: CustomerRepId,
    new: NewSession,
) -> Result<SessionId> {
    let now = tx.now;
    let columns = [
        "customer_id",
        "customer_rep_id",
        "session_hash",
        "token_version",
        "is_remembered",
        "user_agent",
        "created_at",
        "renewed_at",
        "expires_at",
    ];
    let values = params![
        customer,
        rep,
        new.hash,
        new.token_version,
        new.is_remembered,
        new.user_agent,
        now,
        now,
        new.expires_at
    ];
    tx.insert_row("rep_sessions", "session_id", &columns, values).await.map(SessionId)
}

/// By the hash of its cookie alone, while it is good: not expired, its rep active and of the same version.
pub async fn by_hash(conn: &mut Conn, hash: &str, now: Timestamp) -> Result<Option<SignedIn>> {
    const SESSION: &str = "s.session_id, s.customer_id, s.customer_rep_id, s.is_remembered, s.user_agent,
        s.created_at, s.renewed_at, s.expires_at";
    conn.query_opt(
        formatcp!(
            "SELECT {}, {SESSION} FROM rep_sessions s
             JOIN customer_reps t ON t.customer_id = s.customer_id AND t.customer_rep_id = s.customer_rep_id
             WHERE s.session_hash = $1 AND s.expires_at > $2 AND s.token_version = t.token_version AND t.is_active",
            Access::COLUMNS
        ),
        params![hash, now],
    )
    .await
}

/// A rep's sign-ins that are good, the newest first.
pub async fn of_rep(
    conn: &mut Conn,
    customer: CustomerId,
    rep: CustomerRepId,
    now: Timestamp,
) -> Result<Vec<Session>> {
    conn.query(
        formatcp!(
            "SELECT {} FROM rep_sessions t
             JOIN customer_reps r ON r.customer_id = t.customer_id AND r.customer_rep_id = t.customer_rep_id
             WHERE t.customer_id = $1 AND t.customer_rep_id = $2 AND t.expires_at > $3
               AND t.token_version = r.token_version
             ORDER BY t.session_id DESC",
            Session::COLUMNS
        ),
        params![customer, rep, now],
    )
    .await
}

pub async fn renew(
    tx: &mut Tx,
    customer: CustomerId,
    session: SessionId,
    expires_at: Timestamp,
) -> Result<()> {
    let now = tx.now;
    tx.execute(
        "UPDATE rep_sessions SET renewed_at = $3, expires_at = $4 WHERE customer_id = $1 AND session_id = $2",
        params![customer, session, now, expires_at],
    )
    .await?;
    Ok(())
}

/// Brings a sign-in up to its rep's version, so that it outlives what ends the others.
pub async fn keep(tx: &mut Tx, customer: CustomerId, session: SessionId) -> Result<()> {
    tx.execute(
        "UPDATE rep_sessions SET token_version =
             (SELECT r.token_version FROM customer_reps r
              WHERE r.customer_id = $1 AND r.customer_rep_id = rep_sessions.customer_rep_id)
         WHERE customer_id = $1 AND session_id = $2",
        params![customer, session],
    )
    .await?;
    Ok(())
}

/// How many there were to end.
pub async fn delete(
    tx: &mut Tx,
    customer: CustomerId,
    rep: CustomerRepId,
    session: SessionId,
) -> Result<u64> {
    tx.execute(
        "DELETE FROM rep_sessions WHERE customer_id = $1 AND customer_rep_id = $2 AND session_id = $3",
        params![customer, rep, session],
    )
    .await
}

pub async fn delete_of_rep(tx: &mut Tx, customer: CustomerId, rep: CustomerRepId) -> Result<u64> {
    tx.execute(
        "DELETE FROM rep_sessions WHERE customer_id = $1 AND customer_rep_id = $2",
        params![customer, rep],
    )
    .await
}

/// Deletes those of all tenants that expired before.
pub async fn delete_expired(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    tx.execute("DELETE FROM rep_sessions WHERE expires_at < $1", params![before]).await
}
