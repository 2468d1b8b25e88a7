-- When PostgreSQL stored an intent, by PostgreSQL's clock. `at` and `deadline` follow the replica's clock, which may be
-- wrong. The reconciler closes an open call at made_at + (deadline - at) and a grace period.
--
-- The default is evaluated once here, so no partition is rewritten. Existing rows count as made now, the latest
-- possible moment. Later each row has its own instant. Writers do not name the column.
ALTER TABLE audit.intents ADD COLUMN made_at timestamptz NOT NULL DEFAULT now();
ALTER TABLE audit.intents ALTER COLUMN made_at SET DEFAULT clock_timestamp();
COMMENT ON COLUMN audit.intents.made_at IS 'When PostgreSQL stored the row, by its own clock.';
