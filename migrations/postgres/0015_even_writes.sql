-- What has been added to the full-text index waits in a list that every search reads through, until whoever
-- adds to it next finds it this long (kB) and brings it in: short, so that neither takes long.
ALTER INDEX ticket_search_words SET (gin_pending_list_limit = 512);

-- Lists by address and by the time of closing read an index, those without at one end of it.
DROP INDEX tickets_uid;
CREATE INDEX tickets_uid ON tickets (customer_id, uid_key NULLS FIRST, last_message_date, ticket_id);
DROP INDEX tickets_closed;
CREATE INDEX tickets_closed ON tickets (customer_id, close_date NULLS FIRST, ticket_id);
