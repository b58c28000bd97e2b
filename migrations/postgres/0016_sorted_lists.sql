-- Lists by end user read an index, those without one at one end of it.
DROP INDEX tickets_end_user;
CREATE INDEX tickets_end_user ON tickets (customer_id, end_user_id NULLS FIRST, last_message_date, ticket_id);
