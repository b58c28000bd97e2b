-- The topics of a ticket's messages are read from the index alone.
DROP INDEX message_topics_ticket;
CREATE INDEX message_topics_ticket ON message_topics (customer_id, ticket_id, message_id, topic_id)
    INCLUDE (ticket_message_topic_id);
