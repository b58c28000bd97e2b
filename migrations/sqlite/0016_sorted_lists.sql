-- Lists by a text of the ticket, or by its last question, read an index. Texts go as far as they are compared.
CREATE INDEX tickets_subject ON tickets (customer_id, LOWER(SUBSTR(subject, 1, 100)), ticket_id);
CREATE INDEX tickets_summary ON tickets (customer_id, LOWER(SUBSTR(summary, 1, 100)), ticket_id);
CREATE INDEX tickets_question ON tickets (customer_id, last_end_user_message_id, ticket_id);
-- The tickets by their ids, with what the plain lists ask, and the preview, which is sorted when it is asked
-- for: every message has another one, somewhere else in their order. Its condition keeps it from serving
-- statements that do not name it.
CREATE INDEX tickets_ids
    ON tickets (customer_id, ticket_id, status, customer_rep_id, is_closed, LOWER(SUBSTR(preview, 1, 100)))
    WHERE customer_id > 0;
ANALYZE sqlite_schema;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('tickets', 'tickets_subject', '1000000 250000 4 1'),
    ('tickets', 'tickets_summary', '1000000 250000 4 1'),
    ('tickets', 'tickets_question', '1000000 250000 1 1'),
    ('tickets', 'tickets_ids', '1000000 250000 1 1 1 1 1');
ANALYZE sqlite_schema;
