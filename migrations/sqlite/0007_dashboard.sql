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

-- Who looks at or answers a ticket just now. One row a window of a browser; it says nothing once it expired.
CREATE TABLE ticket_presence (
    customer_id INTEGER NOT NULL,
    ticket_id INTEGER NOT NULL,
    customer_rep_id INTEGER NOT NULL,
    client TEXT NOT NULL,
    state TEXT NOT NULL,
    since INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (customer_id, ticket_id, customer_rep_id, client)
) WITHOUT ROWID;
CREATE INDEX ticket_presence_age ON ticket_presence (expires_at);

-- Lists of tickets that a rep named. `query` is what GET /api/tickets is asked.
CREATE TABLE saved_views (
    saved_view_id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER NOT NULL,
    customer_rep_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    query TEXT NOT NULL,
    is_shared BOOLEAN NOT NULL,
    position INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
);
CREATE INDEX saved_views_of ON saved_views (customer_id, customer_rep_id);

-- Answers to choose from. `owner` is 0 where all reps share it: a shortcut is one answer of an owner.
CREATE TABLE canned_responses (
    canned_response_id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER NOT NULL,
    customer_rep_id INTEGER NOT NULL,
    owner INTEGER NOT NULL,
    title TEXT NOT NULL,
    shortcut TEXT,
    shortcut_key TEXT,
    lang TEXT,
    html_body TEXT,
    text_body TEXT,
    is_shared BOOLEAN NOT NULL,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
);
CREATE INDEX canned_responses_of ON canned_responses (customer_id, owner);
CREATE UNIQUE INDEX canned_responses_shortcut ON canned_responses (customer_id, owner, shortcut_key)
    WHERE shortcut_key IS NOT NULL;

-- What a rep is writing. `version` grows with each save, so that a device that missed one is told.
CREATE TABLE composer_drafts (
    customer_id INTEGER NOT NULL,
    ticket_id INTEGER NOT NULL,
    customer_rep_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    version INTEGER NOT NULL,
    subject TEXT,
    html_body TEXT,
    text_body TEXT,
    to_address TEXT,
    cc_address TEXT,
    bcc_address TEXT,
    reply_to_message_id INTEGER,
    message_id INTEGER,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (customer_id, ticket_id, customer_rep_id, kind)
) WITHOUT ROWID;
CREATE INDEX composer_drafts_of ON composer_drafts (customer_id, customer_rep_id, changed_at);

-- What a rep is told of: a mention in a note, a ticket given to them.
CREATE TABLE notifications (
    notification_id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER NOT NULL,
    customer_rep_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    ticket_id INTEGER NOT NULL,
    message_id INTEGER,
    actor_id INTEGER,
    created_at INTEGER NOT NULL,
    read_at INTEGER
);
CREATE INDEX notifications_last ON notifications (customer_id, notification_id);
CREATE INDEX notifications_of ON notifications (customer_id, customer_rep_id, notification_id);
CREATE INDEX notifications_unread ON notifications (customer_id, customer_rep_id) WHERE read_at IS NULL;
CREATE INDEX notifications_ticket ON notifications (customer_id, ticket_id);
CREATE INDEX notifications_age ON notifications (created_at);

-- What an action on many tickets changed, while it may be undone. `states` is JSON.
CREATE TABLE bulk_undos (
    bulk_undo_id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER NOT NULL,
    customer_rep_id INTEGER NOT NULL,
    states TEXT NOT NULL,
    expires_at INTEGER NOT NULL
);
CREATE INDEX bulk_undos_of ON bulk_undos (customer_id, bulk_undo_id);
CREATE INDEX bulk_undos_age ON bulk_undos (expires_at);

-- End users that were made one: what is needed to take it back. `record` is JSON.
CREATE TABLE end_user_merges (
    end_user_merge_id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER NOT NULL,
    end_user_id INTEGER NOT NULL,
    merged_end_user_id INTEGER NOT NULL,
    record TEXT NOT NULL,
    merged_by INTEGER,
    created_at INTEGER NOT NULL
);
CREATE INDEX end_user_merges_of ON end_user_merges (customer_id, end_user_id, end_user_merge_id);

-- The audit trail as a list, and the tickets that were closed in a time.
CREATE INDEX events_list ON events (customer_id, event_id);
CREATE INDEX tickets_closed ON tickets (customer_id, close_date, ticket_id) WHERE close_date IS NOT NULL;
-- Answers, by ticket and by time; drafts of the model; messages with evidence.
CREATE INDEX ticket_messages_answers ON ticket_messages (customer_id, ticket_id, message_date)
    WHERE NOT incoming AND NOT is_internal AND NOT is_draft;
CREATE INDEX ticket_messages_answered ON ticket_messages (customer_id, message_date, customer_rep_id, ticket_id)
    WHERE NOT incoming AND NOT is_internal AND NOT is_draft;
CREATE INDEX ticket_messages_drafted ON ticket_messages (customer_id, ai_response_date_time)
    WHERE ai_response_date_time IS NOT NULL;
CREATE INDEX ticket_messages_cited ON ticket_messages (customer_id, message_id) WHERE citations IS NOT NULL;
