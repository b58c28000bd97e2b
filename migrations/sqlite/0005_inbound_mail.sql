-- Raw mails as they arrived: kept before anybody is told that they were received.
CREATE TABLE received_mails (
    received_mail_id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER NOT NULL,
    channel_id INTEGER NOT NULL,
    -- What makes it this mail and no other, in its channel.
    identity TEXT NOT NULL,
    source TEXT NOT NULL,
    -- Nothing once the raw file was erased with its message.
    object_key TEXT,
    size_bytes INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    is_history BOOLEAN NOT NULL DEFAULT FALSE,
    -- JSON: what the connection knew that the mail itself does not say.
    envelope TEXT,
    -- JSON: why it went where it went.
    evidence TEXT,
    message_identifier TEXT,
    -- The mailing list that it came through.
    mail_list TEXT,
    message_id INTEGER,
    received_at INTEGER NOT NULL,
    processed_at INTEGER
);
CREATE UNIQUE INDEX received_mails_identity ON received_mails (customer_id, channel_id, identity);
CREATE INDEX received_mails_message ON received_mails (customer_id, message_id) WHERE message_id IS NOT NULL;
CREATE INDEX received_mails_identifier ON received_mails (customer_id, message_identifier) WHERE message_identifier IS NOT NULL;
CREATE INDEX received_mails_dead ON received_mails (customer_id, received_mail_id) WHERE state = 'Dead';
CREATE INDEX received_mails_object ON received_mails (customer_id, object_key) WHERE object_key IS NOT NULL;

-- The Message-IDs that the messages of a ticket refer to, so that a mail that arrives after its answers
-- finds them.
CREATE TABLE mail_references (
    customer_id INTEGER NOT NULL,
    identifier TEXT NOT NULL,
    ticket_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    PRIMARY KEY (customer_id, identifier, message_id)
) WITHOUT ROWID;
CREATE INDEX mail_references_of ON mail_references (customer_id, message_id);
CREATE INDEX mail_references_ticket ON mail_references (customer_id, ticket_id);

-- What a tenant's own spam classifier has learned: weights of hashed features, little-endian floats.
CREATE TABLE spam_models (
    customer_id INTEGER PRIMARY KEY,
    weights BLOB NOT NULL,
    examples INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
);

-- Which message taught it what, so that the same mark twice teaches once.
CREATE TABLE spam_lessons (
    customer_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    is_spam BOOLEAN NOT NULL,
    learned_at INTEGER NOT NULL,
    PRIMARY KEY (customer_id, message_id)
) WITHOUT ROWID;
