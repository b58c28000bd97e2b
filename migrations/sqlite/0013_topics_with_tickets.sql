-- The topics of a ticket's messages are read from the index alone.
DROP INDEX message_topics_ticket;
CREATE INDEX message_topics_ticket ON message_topics (customer_id, ticket_id, message_id, topic_id);
ANALYZE sqlite_schema;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('message_topics', 'message_topics_ticket', '1000000 200000 1 1 1');
ANALYZE sqlite_schema;
