-- Words are kept as they are searched: ranking reads no text anew.
DROP INDEX ticket_search_words;
ALTER TABLE ticket_search ALTER COLUMN words TYPE TSVECTOR USING words::tsvector;
CREATE INDEX ticket_search_words ON ticket_search USING GIN (words);

-- Links and sessions that ran out are purged.
CREATE INDEX message_tokens_expiry ON message_tokens (expires_at);
CREATE INDEX chat_sessions_expiry ON chat_sessions (expires_at);
