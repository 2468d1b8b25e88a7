-- Search: what the trail's filters need beside the indexes of 0002.

-- An open call, and one that the reconciler closed, are found by their business keys too.
ALTER TABLE audit.intents ADD COLUMN keys bigint[], ADD COLUMN key_version smallint;

-- Filters that most calls match are answered by the primary key, in order. These are for the rare values among them.
CREATE INDEX calls_seller ON audit.calls (seller, at DESC, id DESC) WHERE seller IS NOT NULL;
CREATE INDEX calls_caller ON audit.calls (caller, at DESC, id DESC);
CREATE INDEX calls_app ON audit.calls (app, at DESC, id DESC);
CREATE INDEX calls_top_request ON audit.calls (top_request_id) WHERE top_request_id IS NOT NULL;
CREATE INDEX calls_client_request ON audit.calls (client_request_id) WHERE client_request_id IS NOT NULL;

-- These cost nothing for a call that succeeds in time.
CREATE INDEX calls_status ON audit.calls (status, at DESC, id DESC) WHERE status <> 200;
CREATE INDEX calls_code ON audit.calls (code, at DESC, id DESC) WHERE code IS NOT NULL;
CREATE INDEX calls_sub_code ON audit.calls (sub_code, at DESC, id DESC) WHERE sub_code IS NOT NULL;
CREATE INDEX calls_slow ON audit.calls (at DESC, id DESC) WHERE duration_us >= 1000000;
CREATE INDEX calls_very_slow ON audit.calls (at DESC, id DESC) WHERE duration_us >= 10000000;

-- The first instant for which there is a partition of calls; now() when there is none.
CREATE FUNCTION audit.oldest() RETURNS timestamptz
    LANGUAGE sql STABLE AS $$
    SELECT coalesce(audit.day_start(to_date(min(substring(relname FROM 7)), 'YYYYMMDD')), now())
    FROM pg_catalog.pg_class
    WHERE relnamespace = 'audit'::regnamespace AND relkind = 'r' AND relname ~ '^calls_[0-9]{8}$'
$$;
