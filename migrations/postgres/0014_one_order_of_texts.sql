-- Texts sort as on SQLite, whatever locale the database was made with. No table is rewritten, indexes are.
-- A column of a later migration has to say COLLATE "C" itself.
DO $$
DECLARE
    change RECORD;
BEGIN
    FOR change IN
        SELECT r.relname AS name,
               string_agg(format('ALTER COLUMN %I TYPE TEXT COLLATE "C"', a.attname), ', ' ORDER BY a.attnum) AS columns
        FROM pg_class r JOIN pg_attribute a ON a.attrelid = r.oid
        WHERE r.relkind = 'r' AND r.relnamespace = current_schema()::regnamespace
          AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid = 'text'::regtype
        GROUP BY r.relname ORDER BY r.relname
    LOOP
        EXECUTE format('ALTER TABLE %I %s', change.name, change.columns);
    END LOOP;
END
$$;
