-- Which language model the tenant asks besides what `customers` has had from the first: what speaks at
-- the endpoint, the other models that may be asked for, and their bounds.
ALTER TABLE customers ADD COLUMN llm_provider TEXT;
ALTER TABLE customers ADD COLUMN llm_models TEXT;
ALTER TABLE customers ADD COLUMN llm_timeout_seconds INTEGER;
ALTER TABLE customers ADD COLUMN llm_monthly_tokens INTEGER;

-- What the language model has cost each tenant, by month (`2026-03`).
CREATE TABLE llm_usage (
    customer_id INTEGER NOT NULL,
    month TEXT NOT NULL,
    tokens INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    PRIMARY KEY (customer_id, month)
) WITHOUT ROWID;

-- Every draft that was made, with what it rests on. The message has the current one.
CREATE TABLE drafts (
    draft_id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    customer_rep_id INTEGER,
    model TEXT NOT NULL,
    lang TEXT NOT NULL,
    hint TEXT,
    reply TEXT,
    reason TEXT,
    confidence DOUBLE PRECISION,
    citations TEXT NOT NULL,
    left_out TEXT NOT NULL,
    -- What a person had made of this draft when the next one took its place.
    modified_reply TEXT
);
CREATE INDEX drafts_of ON drafts (customer_id, message_id, draft_id);

-- Where answers may go out by themselves. No rule, no automatic answer.
CREATE TABLE auto_reply_rules (
    auto_reply_rule_id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER NOT NULL,
    channel_id INTEGER,
    topic_id INTEGER,
    is_active BOOLEAN NOT NULL DEFAULT FALSE,
    -- The share of answers that may be wrong, as measured on what people made of drafts.
    most_wrong DOUBLE PRECISION NOT NULL,
    least_confidence DOUBLE PRECISION NOT NULL DEFAULT 0,
    delay_minutes INTEGER NOT NULL,
    most_per_day INTEGER NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE INDEX auto_reply_rules_list ON auto_reply_rules (customer_id, auto_reply_rule_id);

-- The answers that went out by themselves: one a message.
CREATE TABLE auto_replies (
    customer_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    auto_reply_rule_id INTEGER NOT NULL,
    reply_message_id INTEGER NOT NULL,
    confidence DOUBLE PRECISION NOT NULL,
    sent_at INTEGER NOT NULL,
    PRIMARY KEY (customer_id, message_id)
) WITHOUT ROWID;
CREATE INDEX auto_replies_rule ON auto_replies (customer_id, auto_reply_rule_id, sent_at);
