-- Which pages of a day hold which stretch of time, some kilobytes a day: calls are written nearly in the order of their time. A search through the index of tags
-- leaves out all but the pages of the hours that it looks at.
--
-- The days are indexed from the earliest on, so that today's, which writers wait for, is the last.
DO $$
DECLARE
    day name;
BEGIN
    FOR day IN SELECT c.relname FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
               WHERE i.inhparent = 'audit.calls'::regclass ORDER BY c.relname LOOP
        EXECUTE format('CREATE INDEX %I ON audit.%I USING brin (at) WITH (pages_per_range = 16, autosummarize = on)', day || '_at_idx', day);
    END LOOP;
END $$;

-- Takes in those of the days.
CREATE INDEX calls_at ON audit.calls USING brin (at) WITH (pages_per_range = 16, autosummarize = on);
