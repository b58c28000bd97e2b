-- What the dashboard needs besides tickets. Times are microseconds since 1970 (UTC).

-- Sign-ins of browsers. Only the hash of a cookie is kept; a row is good while its rep's version is the same.
CREATE TABLE rep_sessions (
    session_id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER NOT NULL,
    customer_rep_id INTEGER NOT NULL,
    session_hash TEXT NOT NULL,
    token_version INTEGER NOT NULL,
    is_remembered BOOLEAN NOT NULL,
    user_agent TEXT,
    created_at INTEGER NOT NULL,
    renewed_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX rep_sessions_hash ON rep_sessions (session_hash);
CREATE INDEX rep_sessions_of ON rep_sessions (customer_id, customer_rep_id, session_id);
CREATE INDEX rep_sessions_age ON rep_sessions (expires_at);
