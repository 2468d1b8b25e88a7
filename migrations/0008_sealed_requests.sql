-- Full requests, sealed, for people who must read them or send them again. And a record of who has read them.

-- The business parameters as sent. Written in the intent's transaction, and kept for a few days
-- (TOPRELAY_RETENTION_SEALED).
CREATE TABLE audit.sealed (
    id     uuid        NOT NULL,
    at     timestamptz NOT NULL,
    key_id bigint      NOT NULL,   -- id of the master key, as in the sealed values of the vault
    bytes  integer     NOT NULL,   -- size of the parameters before sealing
    sealed bytea,                  -- AES-256-GCM, bound to this table, column and id; NULL: over the limit
    PRIMARY KEY (at, id)
) PARTITION BY RANGE (at);

-- Sealed values cannot be compressed, so PostgreSQL should not try.
ALTER TABLE audit.sealed ALTER COLUMN sealed SET STORAGE EXTERNAL;

-- Who has unmasked a full request, when and why. The statement that reads it adds the row, which never changes.
CREATE TABLE audit.openings (
    id        bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    call      uuid        NOT NULL,
    opened_at timestamptz NOT NULL DEFAULT now(),
    opener    text        NOT NULL,   -- name of the token
    reason    text        NOT NULL CHECK (char_length(reason) BETWEEN 1 AND 500)
);
CREATE INDEX openings_call ON audit.openings (call);

ALTER TABLE vault.tokens DROP CONSTRAINT tokens_scopes;
ALTER TABLE vault.tokens ADD CONSTRAINT tokens_scopes
    CHECK (cardinality(scopes) >= 1 AND scopes <@ ARRAY['relay', 'audit:read', 'audit:unmask', 'admin']);

-- As before, with audit.sealed and the storage of columns.
CREATE OR REPLACE FUNCTION audit.make_partitions(day date) RETURNS integer
    LANGUAGE plpgsql AS $$
DECLARE
    parent text;
    part   text;
    made   integer := 0;
BEGIN
    -- Two replicas may try at once. The second one waits here and finds the work done.
    PERFORM pg_advisory_xact_lock(hashtext('toprelay.audit.partitions'));
    FOREACH parent IN ARRAY ARRAY['intents', 'calls', 'responses', 'sealed'] LOOP
        part := parent || '_' || to_char(day, 'YYYYMMDD');
        CONTINUE WHEN to_regclass('audit.' || part) IS NOT NULL;
        EXECUTE format('CREATE TABLE audit.%I (LIKE audit.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE)', part, parent);
        EXECUTE format('ALTER TABLE audit.%I ADD CONSTRAINT day_check CHECK (at >= %L AND at < %L)',
                       part, audit.day_start(day), audit.day_start(day + 1));
        EXECUTE format('ALTER TABLE audit.%I ATTACH PARTITION audit.%I FOR VALUES FROM (%L) TO (%L)',
                       parent, part, audit.day_start(day), audit.day_start(day + 1));
        EXECUTE format('ALTER TABLE audit.%I DROP CONSTRAINT day_check', part);
        made := made + 1;
    END LOOP;
    RETURN made;
END $$;

CREATE OR REPLACE FUNCTION audit.days_ahead() RETURNS integer
    LANGUAGE sql STABLE AS $$
    SELECT coalesce(min(n), 61) - 1 FROM generate_series(0, 60) AS n
    WHERE NOT (SELECT bool_and(to_regclass('audit.' || parent || '_' || to_char(audit.day(now()) + n, 'YYYYMMDD')) IS NOT NULL)
               FROM unnest(ARRAY['intents', 'calls', 'responses', 'sealed']) AS parent)
$$;

-- The first instant of a table's oldest partition, or now() without partitions.
CREATE FUNCTION audit.oldest(parent text) RETURNS timestamptz
    LANGUAGE sql STABLE AS $$
    SELECT coalesce(audit.day_start(to_date(min(right(relname, 8)), 'YYYYMMDD')), now())
    FROM pg_catalog.pg_class
    WHERE relnamespace = 'audit'::regnamespace AND relkind = 'r' AND relname ~ ('^' || parent || '_[0-9]{8}$')
$$;

-- The partitions of sealed requests that are not empty. All are emptied if the retention is 0 days.
CREATE FUNCTION audit.filled_sealed() RETURNS SETOF text
    LANGUAGE sql STABLE AS $$
    SELECT relname::text FROM pg_catalog.pg_class
    WHERE relnamespace = 'audit'::regnamespace AND relkind = 'r' AND relname ~ '^sealed_[0-9]{8}$' AND pg_relation_size(oid) > 0
    ORDER BY relname
$$;

-- Includes yesterday, because a replica's clock may be slow.
SELECT audit.make_partitions(audit.day(now()) + n) FROM generate_series(-1, 14) AS n;
