-- When PostgreSQL took an intent, by PostgreSQL's clock: `at` and `deadline` are by the clock of the replica, which may be
-- wrong. The reconciler closes an open call at made_at + (deadline - at) and a grace.
--
-- The default is evaluated once here, so that no partition is rewritten: rows from before count as made now, at the latest
-- moment that is possible. From then on each row has its own instant. Writers do not name the column.
ALTER TABLE audit.intents ADD COLUMN made_at timestamptz NOT NULL DEFAULT now();
ALTER TABLE audit.intents ALTER COLUMN made_at SET DEFAULT clock_timestamp();
COMMENT ON COLUMN audit.intents.made_at IS 'When PostgreSQL took the row, by its own clock.';
