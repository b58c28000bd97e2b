-- How each stage of the pipeline ended for a message, with what explains it (JSON).
CREATE TABLE message_stages (
    customer_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    stage TEXT NOT NULL,
    status TEXT NOT NULL,
    reason TEXT,
    evidence TEXT,
    tries INTEGER NOT NULL,
    ended_at INTEGER NOT NULL,
    PRIMARY KEY (customer_id, message_id, stage)
) WITHOUT ROWID;

-- How the tenant wants its messages understood. No row: as the program does it by itself. The versions
-- tell the copies in memory that what they are made of has changed.
CREATE TABLE ai_settings (
    customer_id INTEGER PRIMARY KEY,
    -- The share of assigned topics that may be wrong: below what keeps it, a message gets none.
    most_wrong DOUBLE PRECISION,
    -- Comma-separated; nothing: told from the messages.
    languages TEXT,
    embedding_endpoint TEXT,
    embedding_model TEXT,
    embedding_api_key BLOB,
    -- While the texts are embedded anew after a change, what was set before is used: JSON, and its key.
    is_switching BOOLEAN NOT NULL DEFAULT FALSE,
    used_before TEXT,
    api_key_before BLOB,
    examples_version INTEGER NOT NULL DEFAULT 0,
    documents_version INTEGER NOT NULL DEFAULT 0
);

-- What people taught: a text and its topics, none included. `version` is that of the tenant's examples
-- at the change; one that is forgotten stays as a mark, without its text.
CREATE TABLE topic_examples (
    example_id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    is_forgotten BOOLEAN NOT NULL DEFAULT FALSE,
    message_id INTEGER,
    text TEXT NOT NULL,
    text_hash TEXT NOT NULL,
    lang TEXT,
    customer_rep_id INTEGER,
    created_at INTEGER NOT NULL
);
CREATE INDEX topic_examples_version ON topic_examples (customer_id, version);
CREATE UNIQUE INDEX topic_examples_message ON topic_examples (customer_id, message_id)
    WHERE message_id IS NOT NULL AND NOT is_forgotten;

CREATE TABLE topic_example_topics (
    customer_id INTEGER NOT NULL,
    example_id INTEGER NOT NULL,
    topic_id INTEGER NOT NULL,
    PRIMARY KEY (customer_id, example_id, topic_id)
) WITHOUT ROWID;
CREATE INDEX topic_example_topics_of ON topic_example_topics (customer_id, topic_id, example_id);

-- Vectors of texts, by the model that made them: a cache. `kind` says what for (topic, example, title,
-- passage); little-endian floats.
CREATE TABLE text_vectors (
    customer_id INTEGER NOT NULL,
    model TEXT NOT NULL,
    kind TEXT NOT NULL,
    text_hash TEXT NOT NULL,
    vector BLOB NOT NULL,
    PRIMARY KEY (customer_id, model, kind, text_hash)
);

-- Which documents are cut into passages. `version` is that of the tenant's documents at the change; one
-- that is gone stays as a mark.
CREATE TABLE indexed_documents (
    customer_id INTEGER NOT NULL,
    document_id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    is_gone BOOLEAN NOT NULL DEFAULT FALSE,
    title TEXT NOT NULL,
    lang TEXT,
    PRIMARY KEY (customer_id, document_id)
) WITHOUT ROWID;
CREATE INDEX indexed_documents_version ON indexed_documents (customer_id, version);

-- The passages of a document, in order; offsets are bytes of its content.
CREATE TABLE passages (
    customer_id INTEGER NOT NULL,
    document_id INTEGER NOT NULL,
    place INTEGER NOT NULL,
    headings TEXT NOT NULL,
    text TEXT NOT NULL,
    start_at INTEGER NOT NULL,
    end_at INTEGER NOT NULL,
    text_hash TEXT NOT NULL,
    PRIMARY KEY (customer_id, document_id, place)
);
