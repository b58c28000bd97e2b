-- An insert finds its table's last id by reading `sqlite_sequence` from its beginning: the tables that a
-- message writes to come first.
CREATE TABLE last_ids AS SELECT name, seq FROM sqlite_sequence;
DELETE FROM sqlite_sequence;
WITH busy (place, name) AS (
    VALUES (1, 'events'), (2, 'ticket_messages'), (3, 'tickets'), (4, 'jobs'), (5, 'end_users'), (6, 'end_user_uids'))
INSERT INTO sqlite_sequence (name, seq)
SELECT b.name, COALESCE((SELECT l.seq FROM last_ids l WHERE l.name = b.name), 0) FROM busy b ORDER BY b.place;
INSERT INTO sqlite_sequence (name, seq)
SELECT l.name, l.seq FROM last_ids l WHERE l.name NOT IN (SELECT name FROM sqlite_sequence);
DROP TABLE last_ids;

-- What SQLite plans by: a large installation, of a few tenants. Knowing nothing it takes a tenant for ten
-- rows, and reads all of the tenant's to find some by their ids.
ANALYZE sqlite_schema;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('tickets', 'tickets_recent', '1000000 200000 1 1'),
    ('tickets', 'tickets_status', '1000000 200000 40000 1 1'),
    ('tickets', 'tickets_rep', '1000000 200000 10000 5000 1 1'),
    ('tickets', 'tickets_channel', '1000000 200000 40000 1 1'),
    ('tickets', 'tickets_end_user', '1000000 200000 4 1 1'),
    ('tickets', 'tickets_uid', '1000000 200000 4 1 1'),
    ('tickets', 'tickets_created', '1000000 200000 1 1'),
    ('tickets', 'tickets_spam', '50000 10000 1 1'),
    ('tickets', 'tickets_escalated', '50000 10000 1 1'),
    ('tickets', 'tickets_closed', '500000 100000 1 1'),
    ('ticket_messages', 'ticket_messages_of', '3000000 600000 3 1 1'),
    ('ticket_messages', 'ticket_messages_identifier', '1000000 200000 1'),
    ('ticket_messages', 'ticket_messages_undelivered', '1000 200 1'),
    ('ticket_messages', 'ticket_messages_answers', '1500000 300000 2 1'),
    ('ticket_messages', 'ticket_messages_answered', '1500000 300000 1 1 1'),
    ('ticket_messages', 'ticket_messages_drafted', '500000 100000 1'),
    ('ticket_topics', 'ticket_topics', '1000000 200000 10000 1'),
    ('ticket_topics', 'ticket_topics_of', '1000000 200000 1 1'),
    ('message_topics', 'message_topics_pair', '1000000 200000 1 1'),
    ('message_topics', 'message_topics_ticket', '1000000 200000 1'),
    ('message_topics', 'message_topics_topic', '1000000 200000 10000'),
    ('feedback_comments', 'feedback_comments_of', '100000 20000 1'),
    ('attachments', 'attachments_of', '500000 100000 1'),
    ('end_users', 'end_users_list', '500000 100000 1'),
    ('end_user_uids', 'end_user_uids_key', '500000 100000 1'),
    ('end_user_uids', 'end_user_uids_of', '500000 100000 1'),
    ('events', 'events_seq', '5000000 1000000 1'),
    ('events', 'events_unsealed', '100 1'),
    ('events', 'events_ticket', '5000000 1000000 4 1'),
    ('events', 'events_list', '5000000 1000000 1');
ANALYZE sqlite_schema;

-- Mails of their own that are on their way or did not get there.
CREATE INDEX mails_undelivered ON mails (customer_id, mail_id) WHERE delivery_status <> 'Sent';
