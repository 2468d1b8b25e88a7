-- The audit trail: what was sent to TOP, and how it ended.
--
-- Rows are only added. An intent is committed before a byte of the call leaves the relay. Its completion is a row in
-- audit.calls. `at` is the millisecond in the call's UUIDv7, so an id alone prunes a query to one partition, a GMT+8
-- day.

CREATE SCHEMA audit;

CREATE TABLE audit.intents (
    id                 uuid        NOT NULL,
    at                 timestamptz NOT NULL,
    deadline           timestamptz NOT NULL,   -- by then the call has ended, or its replica is lost
    replica            text        NOT NULL,
    caller             text        NOT NULL,   -- name of the token
    app                text        NOT NULL,
    seller             text,
    tenant             text,
    method             text        NOT NULL,
    refs               text[],                 -- the caller's document numbers (Top-Ref)
    client_request_id  text,                   -- X-Request-Id, if the caller gave one
    trace_id           text,                   -- from traceparent
    request_id         text,                   -- the method's idempotency id
    request            text,                   -- business parameters as sent, masked; NULL: refused by the database
    request_truncated  boolean     NOT NULL DEFAULT false,
    PRIMARY KEY (at, id)
) PARTITION BY RANGE (at);

CREATE TABLE audit.calls (
    id                 uuid        NOT NULL,
    at                 timestamptz NOT NULL,
    source             smallint    NOT NULL CHECK (source IN (0, 1)),  -- 0: `unknown` of the reconciler, 1: the replica of the call; the highest counts
    finished_at        timestamptz NOT NULL,
    caller             text        NOT NULL,
    app                text        NOT NULL,
    seller             text,
    tenant             text,
    method             text        NOT NULL,
    outcome            text        NOT NULL,
    status             smallint    NOT NULL,   -- the HTTP status of the response to the caller
    code               text,
    sub_code           text,
    message            text,                   -- text from TOP or the transport, masked
    duration_us        bigint      NOT NULL,
    top_us             bigint,                 -- from the first byte sent to the last byte read
    audit_us           bigint,                 -- the wait for the intent's commit
    attempts           smallint    NOT NULL,   -- how often the request was sent: 0 or 1
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

-- Few indexes, each for a filter that people use. Every index costs each call.
CREATE INDEX calls_method ON audit.calls (method, at DESC, id DESC);
CREATE INDEX calls_failed ON audit.calls (outcome, at DESC, id DESC) WHERE outcome <> 'success';
CREATE INDEX calls_keys ON audit.calls USING gin (keys);
CREATE INDEX calls_refs ON audit.calls USING gin (refs) WHERE refs IS NOT NULL;

CREATE TABLE audit.responses (
    id                 uuid        NOT NULL,
    at                 timestamptz NOT NULL,
    response           text,                   -- the response as received, masked, with repaired bytes
    truncated          boolean     NOT NULL DEFAULT false,
    PRIMARY KEY (at, id)
) PARTITION BY RANGE (at);

-- Every intent older than `closed_before` has its row in audit.calls. Readers search open calls only after it.
CREATE TABLE audit.reconciliation (
    only_row      boolean     PRIMARY KEY DEFAULT true CHECK (only_row),
    closed_before timestamptz NOT NULL
);
INSERT INTO audit.reconciliation (closed_before) VALUES (now() - interval '1 hour');

-- The GMT+8 day of an instant.
CREATE FUNCTION audit.day(instant timestamptz) RETURNS date
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT (instant AT TIME ZONE 'UTC' + interval '8 hours')::date $$;

-- The first instant of a GMT+8 day.
CREATE FUNCTION audit.day_start(day date) RETURNS timestamptz
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT (day::timestamp - interval '8 hours') AT TIME ZONE 'UTC' $$;

-- Makes the missing partitions of one day. A table is created alone, checked and attached, so writers never wait for a
-- scan.
CREATE FUNCTION audit.make_partitions(day date) RETURNS integer
    LANGUAGE plpgsql AS $$
DECLARE
    parent text;
    part   text;
    made   integer := 0;
BEGIN
    -- Two replicas may try at once. The second one waits here and finds the work done.
    PERFORM pg_advisory_xact_lock(hashtext('toprelay.audit.partitions'));
    FOREACH parent IN ARRAY ARRAY['intents', 'calls', 'responses'] LOOP
        part := parent || '_' || to_char(day, 'YYYYMMDD');
        CONTINUE WHEN to_regclass('audit.' || part) IS NOT NULL;
        EXECUTE format('CREATE TABLE audit.%I (LIKE audit.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part, parent);
        EXECUTE format('ALTER TABLE audit.%I ADD CONSTRAINT day_check CHECK (at >= %L AND at < %L)',
                       part, audit.day_start(day), audit.day_start(day + 1));
        EXECUTE format('ALTER TABLE audit.%I ATTACH PARTITION audit.%I FOR VALUES FROM (%L) TO (%L)',
                       parent, part, audit.day_start(day), audit.day_start(day + 1));
        EXECUTE format('ALTER TABLE audit.%I DROP CONSTRAINT day_check', part);
        made := made + 1;
    END LOOP;
    RETURN made;
END $$;

-- The number of whole days after today that have partitions, up to the first gap. -1 if today's are missing.
CREATE FUNCTION audit.days_ahead() RETURNS integer
    LANGUAGE sql STABLE AS $$
    SELECT coalesce(min(n), 61) - 1 FROM generate_series(0, 60) AS n
    WHERE NOT (SELECT bool_and(to_regclass('audit.' || parent || '_' || to_char(audit.day(now()) + n, 'YYYYMMDD')) IS NOT NULL)
               FROM unnest(ARRAY['intents', 'calls', 'responses']) AS parent)
$$;

-- One row for each call, as readers see it. A call with an intent and no completion is `open`.
CREATE VIEW audit.trail AS
    SELECT id, at, source, finished_at, caller, app, seller, tenant, method, outcome, status, code, sub_code, message, duration_us, top_us,
           audit_us, attempts, top_request_id, request_id, refs, client_request_id, request_bytes, response_bytes, retryable, keys, key_version
    FROM audit.calls c
    WHERE source = 1
       OR NOT EXISTS (SELECT FROM audit.calls r WHERE r.at = c.at AND r.id = c.id AND r.source = 1)
    UNION ALL
    SELECT id, at, NULL, NULL, caller, app, seller, tenant, method, 'open', NULL, NULL, NULL, NULL, NULL, NULL,
           NULL, NULL, NULL, request_id, refs, client_request_id, NULL, NULL, NULL, NULL, NULL
    FROM audit.intents i
    WHERE at >= (SELECT closed_before FROM audit.reconciliation)
      AND NOT EXISTS (SELECT FROM audit.calls c WHERE c.at = i.at AND c.id = i.id);

-- Includes yesterday, because a replica's clock may be slow.
SELECT audit.make_partitions(audit.day(now()) + n) FROM generate_series(-1, 14) AS n;
