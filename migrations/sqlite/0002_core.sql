-- Links and sessions that ran out are purged.
CREATE INDEX message_tokens_expiry ON message_tokens (expires_at);
CREATE INDEX chat_sessions_expiry ON chat_sessions (expires_at);
