-- What reps said of drafts, and whether the answer was made of the draft. Times are microseconds since 1970 (UTC).
ALTER TABLE drafts ADD COLUMN is_liked BOOLEAN;
ALTER TABLE drafts ADD COLUMN rated_by INTEGER;
-- Of a message that was answered: false where little of its draft went out. NULL before this was noted.
ALTER TABLE ticket_messages ADD COLUMN is_draft_used BOOLEAN;

-- Which documents the current draft of a message cites: the same as its `citations`, found by document.
CREATE TABLE message_documents (
    customer_id INTEGER NOT NULL,
    document_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    PRIMARY KEY (customer_id, document_id, message_id)
) WITHOUT ROWID;
CREATE INDEX message_documents_of ON message_documents (customer_id, message_id);
INSERT INTO message_documents (customer_id, document_id, message_id)
SELECT DISTINCT m.customer_id, CAST(c.value ->> 'documentID' AS INTEGER), m.message_id
FROM ticket_messages m, json_each(m.citations) c
WHERE m.citations IS NOT NULL AND CAST(c.value ->> 'documentID' AS INTEGER) > 0;
DROP INDEX ticket_messages_cited;
