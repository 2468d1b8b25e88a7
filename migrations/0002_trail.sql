-- The audit trail: what the relay asked of TOP, and how each call ended.
--
-- Rows are only added. An intent is committed before a byte of the call leaves the relay. A row in audit.calls records
-- how the call ended. `at` is the millisecond in the call's UUIDv7, so that an id alone leads a query to one partition.
-- A partition holds one day in GMT+8.

CREATE SCHEMA audit;

-- The tables that have a partition for each day. audit.make_partitions and audit.days_ahead read the list, so a
-- migration that adds such a table inserts its name here and then calls audit.make_partitions.
CREATE TABLE audit.partitioned (
    name text PRIMARY KEY
);
INSERT INTO audit.partitioned (name) VALUES ('intents'), ('calls'), ('responses'), ('sealed');

CREATE TABLE audit.intents (
    id                 uuid        NOT NULL,
    at                 timestamptz NOT NULL,
    deadline           timestamptz NOT NULL,   -- after it, the call has ended or its replica is gone
    replica            text        NOT NULL,
    caller             text        NOT NULL,   -- name of the token
    app                text        NOT NULL,
    seller             text,
    tenant             text,
    method             text        NOT NULL,
    refs               text[],                 -- the caller's document numbers (Top-Ref)
    client_request_id  text,                   -- X-Request-Id, if the caller sent one
    trace_id           text,                   -- from traceparent
    request_id         text,                   -- the method's idempotency id
    request            text,                   -- parameters as sent, masked; NULL: the database refused the text
    request_truncated  boolean     NOT NULL DEFAULT false,
    keys               bigint[],               -- as in audit.calls: finds calls that are open or were closed as unknown
    key_version        smallint,
    made_at            timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (at, id)
) PARTITION BY RANGE (at);
-- `at` and `deadline` come from the replica's clock, which may be wrong. The reconciler therefore closes an open call
-- at made_at + (deadline - at) and a grace period. Writers do not name the column.
COMMENT ON COLUMN audit.intents.made_at IS 'When PostgreSQL took the row, by its own clock.';

CREATE TABLE audit.calls (
    id                 uuid        NOT NULL,
    at                 timestamptz NOT NULL,
    -- 0: the reconciler's `unknown`. 1: the result of the replica that made the call. The highest counts.
    source             smallint    NOT NULL CHECK (source IN (0, 1)),
    finished_at        timestamptz NOT NULL,
    caller             text        NOT NULL,
    app                text        NOT NULL,
    seller             text,
    tenant             text,
    method             text        NOT NULL,
    outcome            text        NOT NULL,
    status             smallint    NOT NULL,   -- HTTP status of the reply to the caller
    code               text,
    sub_code           text,
    message            text,                   -- from TOP or the transport, masked
    duration_us        bigint      NOT NULL,
    top_us             bigint,                 -- from the first byte sent to the last byte read
    audit_us           bigint,                 -- spent waiting for the commit of the intent
    attempts           smallint    NOT NULL,   -- how often the request was given to the network: 0 or 1
    top_request_id     text,
    request_id         text,
    refs               text[],
    client_request_id  text,
    request_bytes      bigint      NOT NULL,
    response_bytes     bigint      NOT NULL,
    retryable          boolean,
    keys               bigint[],               -- keyed fingerprints of business keys
    keys_truncated     boolean     NOT NULL DEFAULT false,
    key_version        smallint,
    PRIMARY KEY (at, id, source)
) PARTITION BY RANGE (at);

CREATE TABLE audit.responses (
    id                 uuid        NOT NULL,
    at                 timestamptz NOT NULL,
    response           text,                   -- as received, with sensitive values masked and invalid bytes repaired
    truncated          boolean     NOT NULL DEFAULT false,
    PRIMARY KEY (at, id)
) PARTITION BY RANGE (at);

-- The full request of a call, sealed, for those who must see it or send it again. It is written in the transaction of
-- the intent and kept for a few days only (TOPRELAY_RETENTION_SEALED).
CREATE TABLE audit.sealed (
    id     uuid        NOT NULL,
    at     timestamptz NOT NULL,
    key_id bigint      NOT NULL,   -- identifies the master key, as in the sealed values of the vault
    bytes  integer     NOT NULL,   -- size of the parameters before sealing
    sealed bytea,                  -- AES-256-GCM, bound to this table, column and id; NULL: over the limit, not kept
    PRIMARY KEY (at, id)
) PARTITION BY RANGE (at);

-- Sealed values cannot be compressed, so PostgreSQL should not try.
ALTER TABLE audit.sealed ALTER COLUMN sealed SET STORAGE EXTERNAL;

-- Indexes. Each one costs every call, so there are few. Filters that most calls match use the primary key, in order.

-- What a call can be found by, as hashes. Each kind of value has its own seed. A search compares the values, too,
-- because hashes can collide. The planner expands the function where it is used, so that it costs nothing.
CREATE FUNCTION audit.tags(
    caller text, app text, seller text, method text, status smallint, code text, sub_code text, top_request_id text,
    client_request_id text
) RETURNS bigint[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ARRAY[hashtextextended(caller, 1), hashtextextended(app, 2), hashtextextended(seller, 3),
                 hashtextextended(method, 4), hashint2extended(nullif(status, 200::smallint), 5),
                 hashtextextended(code, 6), hashtextextended(sub_code, 7), hashtextextended(top_request_id, 8),
                 hashtextextended(client_request_id, 9)]
$$;

-- One index for all values that people search by. A GIN index collects new rows in a list and merges many of them at
-- once. A call therefore costs PostgreSQL a tenth of what nine B-trees cost.
CREATE INDEX calls_tags ON audit.calls
    USING gin (audit.tags(caller, app, seller, method, status, code, sub_code, top_request_id, client_request_id));
CREATE INDEX calls_keys ON audit.calls USING gin (keys);
CREATE INDEX calls_refs ON audit.calls USING gin (refs) WHERE refs IS NOT NULL;

-- These cost nothing for a call that succeeds in time.
CREATE INDEX calls_failed ON audit.calls (outcome, at DESC, id DESC) WHERE outcome <> 'success';
CREATE INDEX calls_slow ON audit.calls (at DESC, id DESC) WHERE duration_us >= 1000000;
CREATE INDEX calls_very_slow ON audit.calls (at DESC, id DESC) WHERE duration_us >= 10000000;

-- Every intent before `closed_before` has a row in audit.calls. Readers look for open calls only after it.
CREATE TABLE audit.reconciliation (
    only_row      boolean     PRIMARY KEY DEFAULT true CHECK (only_row),
    closed_before timestamptz NOT NULL
);
INSERT INTO audit.reconciliation (closed_before) VALUES (now() - interval '1 hour');

-- Days and partitions.

-- The GMT+8 day of an instant.
CREATE FUNCTION audit.day(instant timestamptz) RETURNS date
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT (instant AT TIME ZONE 'UTC' + interval '8 hours')::date $$;

-- The first instant of a GMT+8 day.
CREATE FUNCTION audit.day_start(day date) RETURNS timestamptz
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT (day::timestamp - interval '8 hours') AT TIME ZONE 'UTC' $$;

-- Makes the missing partitions of one day and returns their number. Each table is created apart, checked, and then
-- attached, so that writers never wait for a scan.
CREATE FUNCTION audit.make_partitions(day date) RETURNS integer
    LANGUAGE plpgsql AS $$
DECLARE
    parent text;
    part   text;
    made   integer := 0;
BEGIN
    -- Two replicas may try at once. The second one waits here and finds nothing left to make.
    PERFORM pg_advisory_xact_lock(hashtext('toprelay.audit.partitions'));
    FOR parent IN SELECT name FROM audit.partitioned ORDER BY name LOOP
        part := parent || '_' || to_char(day, 'YYYYMMDD');
        CONTINUE WHEN to_regclass('audit.' || part) IS NOT NULL;
        EXECUTE format(
            'CREATE TABLE audit.%I (LIKE audit.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE)',
            part, parent);
        EXECUTE format('ALTER TABLE audit.%I ADD CONSTRAINT day_check CHECK (at >= %L AND at < %L)',
                       part, audit.day_start(day), audit.day_start(day + 1));
        EXECUTE format('ALTER TABLE audit.%I ATTACH PARTITION audit.%I FOR VALUES FROM (%L) TO (%L)',
                       parent, part, audit.day_start(day), audit.day_start(day + 1));
        EXECUTE format('ALTER TABLE audit.%I DROP CONSTRAINT day_check', part);
        made := made + 1;
    END LOOP;
    RETURN made;
END $$;

-- How many whole days after today have all their partitions, up to the first gap. It is -1 if today's are missing.
CREATE FUNCTION audit.days_ahead() RETURNS integer
    LANGUAGE sql STABLE AS $$
    SELECT coalesce(min(n), 61) - 1 FROM generate_series(0, 60) AS n
    WHERE NOT (SELECT bool_and(
                   to_regclass('audit.' || name || '_' || to_char(audit.day(now()) + n, 'YYYYMMDD')) IS NOT NULL)
               FROM audit.partitioned)
$$;

-- The first instant that has a partition of audit.calls, or now() if none has. Every search asks it, so it reads the
-- list of partitions instead of all names of the schema.
CREATE FUNCTION audit.oldest() RETURNS timestamptz
    LANGUAGE sql STABLE AS $$
    SELECT coalesce(audit.day_start(to_date(min(right(c.relname, 8)), 'YYYYMMDD')), now())
    FROM pg_catalog.pg_inherits AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'audit.calls'::regclass AND c.relname ~ '^calls_[0-9]{8}$'
$$;

-- The same for any partitioned table, and for partitions that are detached but not dropped yet.
CREATE FUNCTION audit.oldest(parent text) RETURNS timestamptz
    LANGUAGE sql STABLE AS $$
    SELECT coalesce(audit.day_start(to_date(min(right(relname, 8)), 'YYYYMMDD')), now())
    FROM pg_catalog.pg_class
    WHERE relnamespace = 'audit'::regnamespace AND relkind = 'r' AND relname ~ ('^' || parent || '_[0-9]{8}$')
$$;

-- The partitions whose whole day is older than a number of days, oldest first.
CREATE FUNCTION audit.expired(parent text, days integer, instant timestamptz DEFAULT now()) RETURNS SETOF text
    LANGUAGE sql STABLE AS $$
    SELECT relname::text FROM pg_catalog.pg_class
    WHERE relnamespace = 'audit'::regnamespace AND relkind = 'r' AND relname ~ ('^' || parent || '_[0-9]{8}$')
      AND audit.day_start(to_date(right(relname, 8), 'YYYYMMDD') + 1) <= instant - days * interval '1 day'
    ORDER BY relname
$$;

-- The partitions of sealed requests that are not empty. All are emptied when sealed requests are not kept.
CREATE FUNCTION audit.filled_sealed() RETURNS SETOF text
    LANGUAGE sql STABLE AS $$
    SELECT relname::text FROM pg_catalog.pg_class
    WHERE relnamespace = 'audit'::regnamespace AND relkind = 'r' AND relname ~ '^sealed_[0-9]{8}$'
      AND pg_relation_size(oid) > 0
    ORDER BY relname
$$;

-- Readers.

-- Whether the replica that made a call has recorded how it ended. It is a function, so that the planner of a list does
-- not plan every partition twice.
CREATE FUNCTION audit.has_result(call_at timestamptz, call_id uuid) RETURNS boolean
    LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM audit.calls WHERE at = call_at AND id = call_id AND source = 1);
END $$;

-- One row per call. A call whose intent has no row in audit.calls yet is `open`.
CREATE VIEW audit.trail AS
    SELECT id, at, source, finished_at, caller, app, seller, tenant, method, outcome, status, code, sub_code, message,
           duration_us, top_us, audit_us, attempts, top_request_id, request_id, refs, client_request_id, request_bytes,
           response_bytes, retryable, keys, key_version
    FROM audit.calls c
    WHERE source = 1
       OR NOT EXISTS (SELECT FROM audit.calls r WHERE r.at = c.at AND r.id = c.id AND r.source = 1)
    UNION ALL
    SELECT id, at, NULL, NULL, caller, app, seller, tenant, method, 'open', NULL, NULL, NULL, NULL,
           NULL, NULL, NULL, NULL, NULL, request_id, refs, client_request_id, NULL,
           NULL, NULL, NULL, NULL
    FROM audit.intents i
    WHERE at >= (SELECT closed_before FROM audit.reconciliation)
      AND NOT EXISTS (SELECT FROM audit.calls c WHERE c.at = i.at AND c.id = i.id);

-- Yesterday's partitions, too, because a replica's clock may be slow.
SELECT audit.make_partitions(audit.day(now()) + n) FROM generate_series(-1, 14) AS n;
