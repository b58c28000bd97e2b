-- The pieces of the full-text index are merged a little with each transaction that adds to it.
INSERT INTO ticket_search (ticket_search, rank) VALUES ('automerge', 0);

-- Lists by address and by the time of closing read an index, those without at one end of it.
DROP INDEX tickets_uid;
CREATE INDEX tickets_uid ON tickets (customer_id, uid_key, last_message_date, ticket_id);
DROP INDEX tickets_closed;
CREATE INDEX tickets_closed ON tickets (customer_id, close_date, ticket_id);
-- Who reads all tickets is better off with an index in the order of the rows: these two cost a little more.
ANALYZE sqlite_schema;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('tickets', 'tickets_uid', '1000000 250000 4 1 1'),
    ('tickets', 'tickets_closed', '1000000 250000 1 1');
ANALYZE sqlite_schema;
