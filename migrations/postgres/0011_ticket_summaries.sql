-- Summaries of tickets that the program made. One that differs from its ticket's was written by a person
-- since, and stays. Times are microseconds since 1970 (UTC).
CREATE TABLE ticket_summaries (
    customer_id BIGINT NOT NULL,
    ticket_id BIGINT NOT NULL,
    summary TEXT NOT NULL,
    model TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (customer_id, ticket_id)
);
