//! The job queue. Jobs are claimed by lease, never by an open transaction; what a worker says about a
//! job counts only while its lease does, which the job's `attempts` tells.

use const_format::formatcp;

use super::{Conn, Rows, Tx, Value};
use crate::error::{Error, Result};
use crate::model::job::{DEAD, Job, WAITING};
use crate::model::{CustomerId, Timestamp};
use crate::params;

static ROWS: Rows = Rows {
    table: "jobs",
    columns: &["customer_id", "kind", "subject_id", "state", "run_at", "dedup_key", "created_at"],
    conflict: "ON CONFLICT (customer_id, kind, dedup_key) WHERE dedup_key IS NOT NULL DO NOTHING",
};

/// Adds a job that runs at `run_at` or soon after. Of several with one `dedup_key` (for a tenant and a
/// kind) only the first is kept, until it is purged a week after it is done.
pub async fn enqueue(
    tx: &mut Tx,
    customer: CustomerId,
    kind: &str,
    subject_id: i64,
    run_at: Timestamp,
    dedup_key: Option<&str>,
) -> Result<()> {
    let now = tx.now;
    let params: &[Value<'_>] = params![customer, kind, subject_id, WAITING, run_at, dedup_key, now];
    tx.insert_at_end(&ROWS, params.iter().map(Value::to_owned_value).collect());
    tx.wake_workers();
    Ok(())
}

/// Takes back jobs about a subject that nobody has begun: what they are for is done.
pub async fn withdraw(tx: &mut Tx, customer: CustomerId, kind: &str, subject_id: i64) -> Result<()> {
    tx.execute(
        "DELETE FROM jobs WHERE customer_id = $1 AND kind = $2 AND subject_id = $3 AND state = 'waiting'",
        params![customer, kind, subject_id],
    )
    .await?;
    Ok(())
}

/// Whether something of these kinds can be claimed now.
pub async fn is_due(conn: &mut Conn, kinds: &[String], now: Timestamp) -> Result<bool> {
    let (due,): (bool,) = conn
        .query_one(
            "SELECT EXISTS (SELECT 1 FROM jobs WHERE state = 'waiting' AND run_at <= $1 AND kind = ANY($2))
             OR EXISTS (SELECT 1 FROM jobs WHERE state = 'running' AND lease_until < $1)",
            params![now, kinds.to_vec()],
        )
        .await?;
    Ok(due)
}

/// Gives back the jobs whose lease ran out: their worker is gone. One that took `most` workers with it
/// is dead; those are given.
pub async fn release_expired(tx: &mut Tx, most: i64) -> Result<Vec<Job>> {
    let now = tx.now;
    let released: Vec<Job> = tx
        .query(
            "UPDATE jobs SET state = CASE WHEN attempts > $2 THEN 'dead' ELSE 'waiting' END,
         run_at = $1, lease_until = NULL, worker_id = NULL, last_error = 'its worker went away'
         WHERE state = 'running' AND lease_until < $1
         RETURNING job_id, customer_id, kind, subject_id, state, run_at, attempts, last_error, created_at",
            params![now, most],
        )
        .await?;
    Ok(released.into_iter().filter(|it| it.state == DEAD).collect())
}

/// Leases up to `limit` due jobs of these kinds to a worker until `until`.
pub async fn claim(
    tx: &mut Tx,
    worker: &str,
    kinds: &[String],
    limit: i64,
    until: Timestamp,
) -> Result<Vec<Job>> {
    let now = tx.now;
    tx.query(
        "WITH due AS MATERIALIZED (
             SELECT customer_id AS customer, job_id AS job FROM jobs
             WHERE state = 'waiting' AND run_at <= $1 AND kind = ANY($2)
             ORDER BY run_at, job_id LIMIT $3 FOR UPDATE SKIP LOCKED)
         UPDATE jobs SET state = 'running', attempts = attempts + 1, worker_id = $4, lease_until = $5
         FROM due WHERE customer_id = customer AND job_id = job
         RETURNING job_id, customer_id, kind, subject_id, state, run_at, attempts, last_error, created_at",
        params![now, kinds.to_vec(), limit, worker, until],
    )
    .await
}

/// Extends a worker's leases on these jobs; gives those it still has.
pub async fn extend(tx: &mut Tx, worker: &str, jobs: Vec<i64>, until: Timestamp) -> Result<Vec<(i64, i64)>> {
    tx.query(
        "UPDATE jobs SET lease_until = $3 WHERE state = 'running' AND worker_id = $1 AND job_id = ANY($2)
         RETURNING job_id, attempts",
        params![worker, jobs, until],
    )
    .await
}

/// Marks a run's job done; false where its lease is another's by now.
pub async fn complete(tx: &mut Tx, worker: &str, job: &Job) -> Result<bool> {
    end(tx, worker, job, "done", job.run_at, None).await
}

/// Lets it run again at `run_at`.
pub async fn retry(tx: &mut Tx, worker: &str, job: &Job, run_at: Timestamp, error: &str) -> Result<bool> {
    end(tx, worker, job, WAITING, run_at, Some(error)).await
}

/// Lets it run again at `run_at` without counting the attempt: nothing went wrong, or what did is told
/// elsewhere.
pub async fn postpone(tx: &mut Tx, worker: &str, job: &Job, run_at: Timestamp, why: &str) -> Result<bool> {
    let postponed = tx
        .execute(
            "UPDATE jobs SET state = 'waiting', run_at = $5, last_error = $6, attempts = attempts - 1,
             lease_until = NULL, worker_id = NULL
             WHERE customer_id = $1 AND job_id = $2 AND worker_id = $3 AND attempts = $4 AND state = 'running'",
            params![job.customer_id, job.job_id, worker, job.attempts, run_at, why],
        )
        .await?;
    Ok(postponed == 1)
}

/// Whether such a job waits already.
pub async fn is_waiting(conn: &mut Conn, customer: CustomerId, kind: &str, subject_id: i64) -> Result<bool> {
    let (waits,): (bool,) = conn
        .query_one(
            "SELECT EXISTS (SELECT 1 FROM jobs WHERE customer_id = $1 AND kind = $2 AND subject_id = $3
             AND state = 'waiting')",
            params![customer, kind, subject_id],
        )
        .await?;
    Ok(waits)
}

/// Takes a job back that no worker has begun; false where there is none.
pub async fn cancel(tx: &mut Tx, customer: CustomerId, kind: &str, subject_id: i64) -> Result<bool> {
    let cancelled = tx
        .execute(
            "DELETE FROM jobs WHERE customer_id = $1 AND kind = $2 AND subject_id = $3 AND state = 'waiting'",
            params![customer, kind, subject_id],
        )
        .await?;
    Ok(cancelled > 0)
}

/// Forgets jobs about a subject that ended: another of the same name may follow.
pub async fn forget_ended(tx: &mut Tx, customer: CustomerId, kind: &str, subject_id: i64) -> Result<()> {
    tx.execute(
        "DELETE FROM jobs WHERE customer_id = $1 AND kind = $2 AND subject_id = $3 AND state IN ('done', 'dead')",
        params![customer, kind, subject_id],
    )
    .await?;
    Ok(())
}

/// Lets a job that waits for its time run now; false where none waits.
pub async fn hurry(tx: &mut Tx, customer: CustomerId, kind: &str, subject_id: i64) -> Result<bool> {
    let now = tx.now;
    let hurried = tx
        .execute(
            "UPDATE jobs SET run_at = $4 WHERE customer_id = $1 AND kind = $2 AND subject_id = $3
             AND state = 'waiting'",
            params![customer, kind, subject_id, now],
        )
        .await?;
    tx.wake_workers();
    Ok(hurried > 0)
}

/// Gives it up, visibly.
pub async fn bury(tx: &mut Tx, worker: &str, job: &Job, error: &str) -> Result<bool> {
    end(tx, worker, job, DEAD, job.run_at, Some(error)).await
}

async fn end(
    tx: &mut Tx,
    worker: &str,
    job: &Job,
    state: &str,
    run_at: Timestamp,
    error: Option<&str>,
) -> Result<bool> {
    let ended = tx
        .execute(
            "UPDATE jobs SET state = $5, run_at = $6, last_error = $7, lease_until = NULL, worker_id = NULL
             WHERE customer_id = $1 AND job_id = $2 AND worker_id = $3 AND attempts = $4 AND state = 'running'",
            params![job.customer_id, job.job_id, worker, job.attempts, state, run_at, error],
        )
        .await?;
    Ok(ended == 1)
}

/// Gives back what a worker that stops has not finished; the attempt does not count.
pub async fn give_back(tx: &mut Tx, worker: &str) -> Result<u64> {
    let given = tx
        .execute(
            "UPDATE jobs SET state = 'waiting', attempts = attempts - 1, lease_until = NULL, worker_id = NULL
             WHERE state = 'running' AND worker_id = $1",
            params![worker],
        )
        .await?;
    if given > 0 {
        tx.wake_workers();
    }
    Ok(given)
}

/// The columns a list may be sorted by: the API's name and ours.
pub const SORTS: &[(&str, &str)] = &[
    ("jobID", "t.job_id"),
    ("kind", "t.kind"),
    ("subjectID", "t.subject_id"),
    ("attempts", "t.attempts"),
    ("lastError", "LOWER(t.last_error)"),
    ("dateCreated", "t.created_at"),
];

/// The order of [`list_dead`] that has the oldest first.
pub const OLDEST_FIRST: &str = "t.job_id";

/// A tenant's dead letters. `order` is one of [`SORTS`] with its direction; ties are broken by id.
pub async fn list_dead(
    conn: &mut Conn,
    customer: CustomerId,
    order: &str,
    limit: i64,
    offset: i64,
) -> Result<Vec<Job>> {
    let sql = format!(
        "SELECT {} FROM jobs t WHERE t.customer_id = $1 AND t.state = 'dead'
         ORDER BY {order}, t.job_id LIMIT $2 OFFSET $3",
        Job::COLUMNS
    );
    conn.query(&sql, params![customer, limit, offset]).await
}

pub async fn count_dead(conn: &mut Conn, customer: CustomerId) -> Result<u64> {
    let (count,): (i64,) = conn
        .query_one("SELECT count(*) FROM jobs WHERE customer_id = $1 AND state = 'dead'", params![customer])
        .await?;
    Ok(count.unsigned_abs())
}

/// A dead letter; other transactions wait until this one ends. A conflict where the job is not dead.
pub async fn lock_dead(tx: &mut Tx, customer: CustomerId, id: i64) -> Result<Job> {
    let job: Job = tx
        .query_one(
            formatcp!(
                "SELECT {} FROM jobs t WHERE t.customer_id = $1 AND t.job_id = $2 FOR UPDATE",
                Job::COLUMNS
            ),
            params![customer, id],
        )
        .await?;
    if job.state == DEAD {
        Ok(job)
    } else {
        Err(Error::Conflict(format!("This job is {}, not dead.", job.state)))
    }
}

/// Lets a dead letter run again, with all its retries.
pub async fn revive(tx: &mut Tx, customer: CustomerId, id: i64) -> Result<()> {
    let now = tx.now;
    tx.execute(
        "UPDATE jobs SET state = 'waiting', attempts = 0, run_at = $3 WHERE customer_id = $1 AND job_id = $2",
        params![customer, id, now],
    )
    .await?;
    tx.wake_workers();
    Ok(())
}

/// Forgets a dead letter.
pub async fn forget_dead(tx: &mut Tx, customer: CustomerId, id: i64) -> Result<()> {
    tx.execute(
        "DELETE FROM jobs WHERE customer_id = $1 AND job_id = $2 AND state = 'dead'",
        params![customer, id],
    )
    .await?;
    Ok(())
}

/// A job of any tenant: for the operator, who belongs to none.
pub async fn find_any(conn: &mut Conn, id: i64) -> Result<Option<Job>> {
    let sql = formatcp!("SELECT {} FROM jobs t WHERE t.job_id = $1", Job::COLUMNS);
    conn.query_opt(sql, params![id]).await
}

/// Kinds of the jobs that wait or run, of all tenants.
pub async fn unfinished(conn: &mut Conn) -> Result<Vec<(String, i64)>> {
    conn.query(
        "SELECT kind, count(*) FROM jobs WHERE state IN ('waiting', 'running') GROUP BY kind ORDER BY kind",
        params![],
    )
    .await
}

pub async fn delete_done_before(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    tx.execute("DELETE FROM jobs WHERE state = 'done' AND created_at < $1", params![before]).await
}
