-- How each stage of the pipeline ended for a message, with what explains it (JSON).
CREATE TABLE message_stages (
    customer_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    stage TEXT NOT NULL,
    status TEXT NOT NULL,
    reason TEXT,
    evidence TEXT,
    tries INTEGER NOT NULL,
    ended_at INTEGER NOT NULL,
    PRIMARY KEY (customer_id, message_id, stage)
) WITHOUT ROWID;
