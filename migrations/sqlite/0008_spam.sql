-- Tables that nothing was ever written to.
DROP TABLE spam_models;
DROP TABLE spam_lessons;

-- What people taught about spam. `numbers` are those of the mail's features, none where they are not made yet;
-- a lesson whose mail is gone has no message.
CREATE TABLE spam_lessons (
    spam_lesson_id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER NOT NULL,
    ticket_id INTEGER,
    message_id INTEGER,
    is_spam BOOLEAN NOT NULL,
    numbers BLOB,
    customer_rep_id INTEGER NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX spam_lessons_message ON spam_lessons (customer_id, message_id) WHERE message_id IS NOT NULL;
CREATE INDEX spam_lessons_of ON spam_lessons (customer_id, spam_lesson_id);

-- Goes up with each change of what a tenant's filter learns from.
CREATE TABLE spam_filters (
    customer_id INTEGER PRIMARY KEY,
    revision INTEGER NOT NULL
);
