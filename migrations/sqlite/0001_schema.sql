-- Times are microseconds since 1970 (UTC). JSON is text. Every table leads with its tenant.

CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE signing_keys (
    key_id TEXT PRIMARY KEY,
    secret BLOB NOT NULL,
    created_at INTEGER NOT NULL
);

CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    lease_until INTEGER NOT NULL
);

CREATE TABLE customers (
    customer_id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    hostname TEXT,
    default_lang TEXT,
    default_customer_rep_id INTEGER,
    ai_tone TEXT,
    llm_endpoint TEXT,
    llm_model TEXT,
    llm_api_key BLOB,
    refs_version INTEGER NOT NULL DEFAULT 1,
    last_event_seq INTEGER NOT NULL DEFAULT 0,
    last_event_hash TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX customers_hostname ON customers (hostname);

CREATE TABLE customer_reps (
    customer_rep_id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER NOT NULL,
    username TEXT NOT NULL,
    username_key TEXT NOT NULL,
    name TEXT NOT NULL,
    email TEXT,
    phone_number TEXT,
    other_details TEXT,
    role TEXT NOT NULL,
    is_active BOOLEAN NOT NULL DEFAULT TRUE,
    is_available BOOLEAN NOT NULL DEFAULT TRUE,
    password_hash TEXT NOT NULL,
    token_version INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX customer_reps_username ON customer_reps (customer_id, username_key);
CREATE INDEX customer_reps_by_username ON customer_reps (username_key);
CREATE INDEX customer_reps_by_email ON customer_reps (LOWER(email)) WHERE email IS NOT NULL;

CREATE TABLE rep_signatures (
    customer_id INTEGER NOT NULL,
    customer_rep_id INTEGER NOT NULL,
    lang TEXT NOT NULL,
    signature_html TEXT,
    signature_text TEXT,
    PRIMARY KEY (customer_id, customer_rep_id, lang)
);

CREATE TABLE api_keys (
    api_key_id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER NOT NULL,
    customer_rep_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    prefix TEXT NOT NULL,
    key_hash TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    last_used_at INTEGER,
    revoked_at INTEGER
);
CREATE UNIQUE INDEX api_keys_hash ON api_keys (key_hash);
CREATE INDEX api_keys_list ON api_keys (customer_id, api_key_id);

CREATE TABLE password_resets (
    token_hash TEXT PRIMARY KEY,
    customer_id INTEGER NOT NULL,
    customer_rep_id INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
);

CREATE TABLE throttles (
    name TEXT PRIMARY KEY,
    failures INTEGER NOT NULL,
    blocked_until INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
);

CREATE TABLE channels (
    channel_id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER NOT NULL,
    channel_type TEXT NOT NULL,
    name TEXT NOT NULL,
    is_active BOOLEAN NOT NULL DEFAULT TRUE,
    email_address TEXT,
    token TEXT NOT NULL,
    hostnames TEXT,
    phone_number TEXT,
    is_default_translation_channel BOOLEAN NOT NULL DEFAULT FALSE,
    auto_retrieve_emails BOOLEAN NOT NULL DEFAULT FALSE,
    connection_details TEXT,
    settings TEXT NOT NULL DEFAULT '{}',
    secrets BLOB,
    created_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX channels_token ON channels (token);
CREATE INDEX channels_list ON channels (customer_id, channel_id);

CREATE TABLE end_users (
    end_user_id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER NOT NULL,
    firstname TEXT,
    lastname TEXT,
    name TEXT,
    gender TEXT,
    other_contact_details TEXT,
    customer_ref TEXT,
    customer_type TEXT,
    country TEXT,
    lang TEXT,
    company TEXT,
    street TEXT,
    house_number TEXT,
    postal_code TEXT,
    city TEXT,
    ai_documentation TEXT,
    -- Names, company, reference and uids in lower case: what the list is searched by.
    search_text TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL
);
CREATE INDEX end_users_list ON end_users (customer_id, end_user_id);

CREATE TABLE end_user_uids (
    end_user_uid_id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER NOT NULL,
    end_user_id INTEGER NOT NULL,
    uid TEXT NOT NULL,
    uid_key TEXT NOT NULL,
    uid_type TEXT NOT NULL,
    is_primary BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE UNIQUE INDEX end_user_uids_key ON end_user_uids (customer_id, uid_key);
CREATE INDEX end_user_uids_of ON end_user_uids (customer_id, end_user_id);

CREATE TABLE topics (
    topic_id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    description TEXT,
    created_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX topics_name ON topics (customer_id, name_key);

CREATE TABLE topic_channels (
    topic_channel_id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER NOT NULL,
    topic_id INTEGER NOT NULL,
    channel_id INTEGER NOT NULL
);
CREATE UNIQUE INDEX topic_channels_pair ON topic_channels (customer_id, topic_id, channel_id);

CREATE TABLE topic_documents (
    topic_document_id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER NOT NULL,
    topic_id INTEGER NOT NULL,
    document_id INTEGER NOT NULL
);
CREATE UNIQUE INDEX topic_documents_pair ON topic_documents (customer_id, topic_id, document_id);

CREATE TABLE documents (
    document_id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    content TEXT,
    is_data_retrieval_process BOOLEAN NOT NULL DEFAULT FALSE,
    api_endpoint TEXT,
    api_method TEXT,
    api_headers BLOB,
    api_body_template TEXT,
    field_mapping TEXT,
    custom_field_definitions TEXT,
    override_api TEXT NOT NULL DEFAULT '{}',
    -- Name and description in lower case: what the list is searched by.
    search_text TEXT NOT NULL DEFAULT '',
    creation_date INTEGER NOT NULL,
    last_modified_date INTEGER NOT NULL
);
CREATE INDEX documents_list ON documents (customer_id, document_id);

CREATE TABLE custom_fields (
    custom_field_definition_id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER NOT NULL,
    field_name TEXT NOT NULL,
    field_name_key TEXT NOT NULL,
    field_type TEXT NOT NULL,
    display_name TEXT,
    description TEXT,
    sort_order INTEGER NOT NULL DEFAULT 0,
    options TEXT
);
CREATE UNIQUE INDEX custom_fields_name ON custom_fields (customer_id, field_name_key);

CREATE TABLE tickets (
    ticket_id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER NOT NULL,
    date_created INTEGER NOT NULL,
    status TEXT NOT NULL,
    subject TEXT,
    channel_id INTEGER NOT NULL,
    channel_type TEXT NOT NULL,
    end_user_id INTEGER,
    customer_rep_id INTEGER NOT NULL DEFAULT 0,
    escalated BOOLEAN NOT NULL DEFAULT FALSE,
    is_spam BOOLEAN NOT NULL DEFAULT FALSE,
    is_closed BOOLEAN NOT NULL DEFAULT FALSE,
    close_date INTEGER,
    last_message_date INTEGER NOT NULL,
    last_end_user_message_id INTEGER,
    uid TEXT,
    uid_key TEXT,
    preview TEXT,
    summary TEXT,
    topic_ids TEXT NOT NULL DEFAULT '',
    comment_count INTEGER NOT NULL DEFAULT 0,
    custom_fields_data TEXT,
    twilio_call_sid TEXT
);
CREATE INDEX tickets_recent ON tickets (customer_id, last_message_date, ticket_id);
CREATE INDEX tickets_status ON tickets (customer_id, status, last_message_date, ticket_id);
CREATE INDEX tickets_rep ON tickets (customer_id, customer_rep_id, is_closed, last_message_date, ticket_id);
CREATE INDEX tickets_channel ON tickets (customer_id, channel_id, last_message_date, ticket_id);
CREATE INDEX tickets_end_user ON tickets (customer_id, end_user_id, last_message_date, ticket_id);
CREATE INDEX tickets_uid ON tickets (customer_id, uid_key, last_message_date, ticket_id) WHERE uid_key IS NOT NULL;
CREATE INDEX tickets_created ON tickets (customer_id, date_created, ticket_id);
CREATE INDEX tickets_spam ON tickets (customer_id, last_message_date, ticket_id) WHERE is_spam;
CREATE INDEX tickets_escalated ON tickets (customer_id, last_message_date, ticket_id) WHERE escalated;

CREATE TABLE ticket_topics (
    customer_id INTEGER NOT NULL,
    topic_id INTEGER NOT NULL,
    ticket_id INTEGER NOT NULL,
    PRIMARY KEY (customer_id, topic_id, ticket_id)
) WITHOUT ROWID;
CREATE INDEX ticket_topics_of ON ticket_topics (customer_id, ticket_id);

-- How many tickets each combination of the plain views holds; kept in the transaction of the change.
CREATE TABLE ticket_counts (
    customer_id INTEGER NOT NULL,
    status TEXT NOT NULL,
    customer_rep_id INTEGER NOT NULL,
    channel_id INTEGER NOT NULL,
    channel_type TEXT NOT NULL,
    is_spam BOOLEAN NOT NULL,
    escalated BOOLEAN NOT NULL,
    is_closed BOOLEAN NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (customer_id, status, customer_rep_id, channel_id, channel_type, is_spam, escalated, is_closed)
) WITHOUT ROWID;

CREATE TABLE ticket_messages (
    message_id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER NOT NULL,
    ticket_id INTEGER NOT NULL,
    date_created INTEGER NOT NULL,
    message_date INTEGER NOT NULL,
    sender_type TEXT NOT NULL,
    customer_rep_id INTEGER,
    incoming BOOLEAN NOT NULL,
    is_internal BOOLEAN NOT NULL DEFAULT FALSE,
    is_draft BOOLEAN NOT NULL DEFAULT FALSE,
    status TEXT,
    channel_id INTEGER NOT NULL,
    channel_type TEXT NOT NULL,
    subject TEXT,
    message TEXT,
    text_body TEXT,
    html_body TEXT,
    preview TEXT,
    uid TEXT,
    from_address TEXT,
    from_name TEXT,
    to_address TEXT,
    cc_address TEXT,
    bcc_address TEXT,
    from_number TEXT,
    to_number TEXT,
    twilio_call_sid TEXT,
    page_screenshot TEXT,
    page_url TEXT,
    page_html TEXT,
    headers TEXT,
    additional_info TEXT,
    custom_fields_data TEXT,
    lang TEXT,
    message_identifier TEXT,
    reply_to_message_id INTEGER,
    email_template_id INTEGER,
    is_opened BOOLEAN NOT NULL DEFAULT FALSE,
    last_open_date INTEGER,
    is_bounced BOOLEAN NOT NULL DEFAULT FALSE,
    is_escalated BOOLEAN NOT NULL DEFAULT FALSE,
    is_known_end_user BOOLEAN,
    is_spam_spam_assassin BOOLEAN,
    is_spam_ai BOOLEAN,
    has_attachment BOOLEAN NOT NULL DEFAULT FALSE,
    ai_spam_status TEXT,
    ai_topics_status TEXT,
    ai_reply_status TEXT,
    ai_generated_response TEXT,
    ai_modified_response TEXT,
    ai_response_date_time INTEGER,
    ai_prompt TEXT,
    ai_feedback_comment TEXT,
    is_liked BOOLEAN,
    confidence DOUBLE PRECISION,
    citations TEXT,
    topics_corrected BOOLEAN NOT NULL DEFAULT FALSE,
    delivery_status TEXT,
    answered_by_message_id INTEGER,
    unverified BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX ticket_messages_of ON ticket_messages (customer_id, ticket_id, message_date, message_id);
CREATE INDEX ticket_messages_identifier ON ticket_messages (customer_id, message_identifier) WHERE message_identifier IS NOT NULL;

-- Public links of a sent reply: feedback ("reply") and the opening pixel ("open"). Only hashes are kept.
CREATE TABLE message_tokens (
    token_hash TEXT PRIMARY KEY,
    customer_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    expires_at INTEGER NOT NULL
);
CREATE INDEX message_tokens_of ON message_tokens (customer_id, message_id);

CREATE TABLE chat_sessions (
    token_hash TEXT PRIMARY KEY,
    customer_id INTEGER NOT NULL,
    ticket_id INTEGER NOT NULL,
    channel_id INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
);
CREATE INDEX chat_sessions_of ON chat_sessions (customer_id, ticket_id);

CREATE TABLE message_topics (
    ticket_message_topic_id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    ticket_id INTEGER NOT NULL,
    topic_id INTEGER NOT NULL,
    confidence DOUBLE PRECISION,
    corrected BOOLEAN NOT NULL DEFAULT FALSE,
    correction_date INTEGER,
    corrected_by_customer_rep_id INTEGER
);
CREATE UNIQUE INDEX message_topics_pair ON message_topics (customer_id, message_id, topic_id);
CREATE INDEX message_topics_ticket ON message_topics (customer_id, ticket_id);
CREATE INDEX message_topics_topic ON message_topics (customer_id, topic_id);

CREATE TABLE feedback_comments (
    feedback_comment_id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER NOT NULL,
    ticket_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    comment TEXT NOT NULL,
    email TEXT,
    created_at INTEGER NOT NULL
);
CREATE INDEX feedback_comments_of ON feedback_comments (customer_id, ticket_id);

CREATE TABLE attachments (
    attachment_id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    file_name TEXT NOT NULL,
    content_type TEXT NOT NULL,
    file_size_bytes INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    object_key TEXT NOT NULL,
    content_id TEXT,
    is_end_user_provided BOOLEAN NOT NULL,
    is_customer_rep_provided BOOLEAN NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE INDEX attachments_of ON attachments (customer_id, message_id);
CREATE INDEX attachments_object ON attachments (object_key);

-- Content that nothing may refer to any more: removed when it is due, unless an attachment refers to it.
-- An upload under way stands here too, so that a crash leaves no orphan.
CREATE TABLE doomed_objects (
    doomed_object_id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER NOT NULL,
    object_key TEXT NOT NULL,
    due_at INTEGER NOT NULL
);
CREATE INDEX doomed_objects_due ON doomed_objects (customer_id, due_at);
CREATE INDEX doomed_objects_key ON doomed_objects (customer_id, object_key);

-- Mail that belongs to no ticket message (escalations, password resets). The body is encrypted.
CREATE TABLE mails (
    mail_id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    to_address TEXT NOT NULL,
    subject TEXT NOT NULL,
    body BLOB NOT NULL,
    message_identifier TEXT NOT NULL,
    delivery_status TEXT NOT NULL,
    created_at INTEGER NOT NULL
);

-- The audit trail. The chain covers digests, so that `changes` can be erased: `erasure` proves that it was.
CREATE TABLE events (
    event_id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    actor_type TEXT NOT NULL,
    actor_id INTEGER,
    action TEXT NOT NULL,
    entity TEXT NOT NULL,
    entity_id INTEGER NOT NULL,
    ticket_id INTEGER,
    message_id INTEGER,
    changes TEXT,
    changes_digest TEXT,
    erasure TEXT,
    seq INTEGER,
    digest TEXT,
    hash TEXT
);
CREATE UNIQUE INDEX events_seq ON events (customer_id, seq) WHERE seq IS NOT NULL;
CREATE INDEX events_unsealed ON events (event_id) WHERE seq IS NULL;
CREATE INDEX events_ticket ON events (customer_id, ticket_id, event_id) WHERE ticket_id IS NOT NULL;

CREATE TABLE jobs (
    job_id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    subject_id INTEGER NOT NULL,
    state TEXT NOT NULL,
    run_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    lease_until INTEGER,
    worker_id TEXT,
    dedup_key TEXT,
    last_error TEXT,
    created_at INTEGER NOT NULL
);
CREATE INDEX jobs_due ON jobs (run_at, job_id) WHERE state = 'waiting';
CREATE INDEX jobs_leased ON jobs (lease_until) WHERE state = 'running';
CREATE INDEX jobs_dead ON jobs (customer_id, job_id) WHERE state = 'dead';
CREATE INDEX jobs_done ON jobs (created_at) WHERE state = 'done';
CREATE UNIQUE INDEX jobs_dedup ON jobs (customer_id, kind, dedup_key) WHERE dedup_key IS NOT NULL;

CREATE TABLE idempotency_keys (
    customer_id INTEGER NOT NULL,
    scope TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    status INTEGER NOT NULL,
    location TEXT,
    body TEXT,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (customer_id, scope, idempotency_key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

-- What an import made of each external id, so that the same file twice adds nothing.
CREATE TABLE imported (
    customer_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    external_id TEXT NOT NULL,
    entity_id INTEGER NOT NULL,
    PRIMARY KEY (customer_id, kind, external_id)
);

-- One full-text document a ticket (rowid = ticket_id), of words that carry their tenant. Contentless:
-- the texts live in their own tables.
CREATE VIRTUAL TABLE ticket_search USING fts5 (words, content='', contentless_delete=1, tokenize='ascii');
