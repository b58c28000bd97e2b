-- How each stage of the pipeline ended for a message, with what explains it (JSON).
CREATE TABLE message_stages (
    customer_id BIGINT NOT NULL,
    message_id BIGINT NOT NULL,
    stage TEXT NOT NULL,
    status TEXT NOT NULL,
    reason TEXT,
    evidence TEXT,
    tries BIGINT NOT NULL,
    ended_at BIGINT NOT NULL,
    PRIMARY KEY (customer_id, message_id, stage)
);
