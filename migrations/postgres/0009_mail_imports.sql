-- How far an mbox file is imported into a channel, so that the same command goes on there. `source` is the
-- digest of the file's beginning, `mark` that of the bytes before `position`: another file goes from the start.
CREATE TABLE mail_imports (
    customer_id BIGINT NOT NULL,
    channel_id BIGINT NOT NULL,
    source TEXT NOT NULL,
    position BIGINT NOT NULL,
    mark TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (customer_id, channel_id, source)
);
