-- How mail goes out and comes in over the network.

-- What the server said last of a mail on its way; when its content began to be handed over with no
-- answer yet; who has got it already; how often it was tried, and since when.
ALTER TABLE ticket_messages ADD COLUMN delivery_detail TEXT;
ALTER TABLE ticket_messages ADD COLUMN delivery_begun_at INTEGER;
ALTER TABLE ticket_messages ADD COLUMN delivered_to TEXT;
ALTER TABLE ticket_messages ADD COLUMN delivery_tries INTEGER NOT NULL DEFAULT 0;
CREATE INDEX ticket_messages_undelivered ON ticket_messages (customer_id, message_id)
    WHERE delivery_status IN ('Queued', 'Failed', 'Unconfirmed', 'Bounced');

ALTER TABLE mails ADD COLUMN delivery_detail TEXT;
ALTER TABLE mails ADD COLUMN delivery_begun_at INTEGER;
ALTER TABLE mails ADD COLUMN delivered_to TEXT;
ALTER TABLE mails ADD COLUMN delivery_tries INTEGER NOT NULL DEFAULT 0;
CREATE INDEX mails_list ON mails (customer_id, mail_id);

-- What would have been sent where no mail server is set. The mail is encrypted; null where it was too
-- large to keep.
CREATE TABLE sink_mails (
    sink_mail_id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER NOT NULL,
    message_id INTEGER,
    from_address TEXT NOT NULL,
    to_addresses TEXT NOT NULL,
    subject TEXT NOT NULL,
    message_identifier TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    raw BLOB,
    created_at INTEGER NOT NULL
);
CREATE INDEX sink_mails_list ON sink_mails (customer_id, sink_mail_id);
CREATE INDEX sink_mails_message ON sink_mails (customer_id, message_id) WHERE message_id IS NOT NULL;
CREATE INDEX sink_mails_age ON sink_mails (created_at);

-- How many mails went to mail servers in a minute, of all tenants: the governor.
CREATE TABLE mail_rate (
    minute INTEGER PRIMARY KEY,
    sent INTEGER NOT NULL
);

-- Where the fetching of a channel's mailbox stands.
CREATE TABLE mailboxes (
    customer_id INTEGER NOT NULL,
    channel_id INTEGER NOT NULL,
    folder TEXT NOT NULL,
    uid_validity INTEGER NOT NULL DEFAULT 0,
    last_uid INTEGER NOT NULL DEFAULT 0,
    last_fetched_at INTEGER,
    last_fetch_error TEXT,
    failures INTEGER NOT NULL DEFAULT 0,
    next_fetch_at INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (customer_id, channel_id)
);

-- Whose a mail is that another mail server hands over.
CREATE INDEX channels_by_address ON channels (LOWER(email_address)) WHERE email_address IS NOT NULL;
