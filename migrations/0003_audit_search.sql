-- Indexes for the filters of the trail, in addition to those of 0002.

-- Open calls and reconciled calls can be found by business keys too.
ALTER TABLE audit.intents ADD COLUMN keys bigint[], ADD COLUMN key_version smallint;

-- The primary key serves filters that most calls match, in order. These indexes serve rare values.
CREATE INDEX calls_seller ON audit.calls (seller, at DESC, id DESC) WHERE seller IS NOT NULL;
CREATE INDEX calls_caller ON audit.calls (caller, at DESC, id DESC);
CREATE INDEX calls_app ON audit.calls (app, at DESC, id DESC);
CREATE INDEX calls_top_request ON audit.calls (top_request_id) WHERE top_request_id IS NOT NULL;
CREATE INDEX calls_client_request ON audit.calls (client_request_id) WHERE client_request_id IS NOT NULL;

-- A call that succeeds in time does not pay for these.
CREATE INDEX calls_status ON audit.calls (status, at DESC, id DESC) WHERE status <> 200;
CREATE INDEX calls_code ON audit.calls (code, at DESC, id DESC) WHERE code IS NOT NULL;
CREATE INDEX calls_sub_code ON audit.calls (sub_code, at DESC, id DESC) WHERE sub_code IS NOT NULL;
CREATE INDEX calls_slow ON audit.calls (at DESC, id DESC) WHERE duration_us >= 1000000;
CREATE INDEX calls_very_slow ON audit.calls (at DESC, id DESC) WHERE duration_us >= 10000000;

-- The first instant of the oldest partition of calls, or now() without partitions.
CREATE FUNCTION audit.oldest() RETURNS timestamptz
    LANGUAGE sql STABLE AS $$
    SELECT coalesce(audit.day_start(to_date(min(substring(relname FROM 7)), 'YYYYMMDD')), now())
    FROM pg_catalog.pg_class
    WHERE relnamespace = 'audit'::regnamespace AND relkind = 'r' AND relname ~ '^calls_[0-9]{8}$'
$$;
