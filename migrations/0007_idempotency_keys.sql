-- Idempotency keys of callers, and the replies that a repetition gets.

-- A row claims a key for one run of a call. It is committed with the call's intent. A key that may be used again after
-- a run that did nothing gets a further run. Rows are only added.
--
-- A claim has a row in its window and one in the next. A window is a stretch of 8 days in GMT+8. Replicas whose clocks
-- differ share one of the two windows, so there is no instant at which a key could be claimed twice, and whole windows
-- can be dropped. A key lives at least 8 days.
CREATE TABLE audit.keys (
    win         integer     NOT NULL,   -- days since 1970-01-01 in GMT+8, divided by 8
    space       smallint    NOT NULL,   -- what the keys are of; 1: calls
    key         bytea       NOT NULL,   -- keyed hash of caller, app, method and the caller's key
    run         integer     NOT NULL,   -- from 0
    id          uuid        NOT NULL,   -- the call
    at          timestamptz NOT NULL,
    fingerprint bytea       NOT NULL,   -- keyed hash of parameters, files and seller
    PRIMARY KEY (win, space, key, run)
) PARTITION BY LIST (win);

-- The window of an instant.
CREATE FUNCTION audit.key_window(instant timestamptz) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT (audit.day(instant) - date '1970-01-01') / 8 $$;

-- Makes the missing windows from the last one to two ahead, and returns their number. Each is created apart and then
-- attached, so that writers do not wait.
CREATE FUNCTION audit.make_key_windows() RETURNS integer
    LANGUAGE plpgsql AS $$
DECLARE
    number integer;
    part   text;
    made   integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('toprelay.audit.partitions'));
    FOR number IN SELECT audit.key_window(now()) + n FROM generate_series(-1, 3) AS n LOOP
        part := 'keys_' || number;
        CONTINUE WHEN to_regclass('audit.' || part) IS NOT NULL;
        EXECUTE format('CREATE TABLE audit.%I (LIKE audit.keys INCLUDING ALL)', part);
        EXECUTE format('ALTER TABLE audit.keys ATTACH PARTITION audit.%I FOR VALUES IN (%L)', part, number);
        made := made + 1;
    END LOOP;
    RETURN made;
END $$;

-- The windows in which no key is looked up any more, oldest first.
CREATE FUNCTION audit.expired_key_windows(instant timestamptz DEFAULT now()) RETURNS SETOF text
    LANGUAGE sql STABLE AS $$
    SELECT relname::text FROM pg_catalog.pg_class
    WHERE relnamespace = 'audit'::regnamespace AND relkind = 'r' AND relname ~ '^keys_[0-9]+$'
      AND substr(relname, 6)::integer < audit.key_window(instant) - 1
    ORDER BY substr(relname, 6)::integer
$$;

-- The reply to a call with a key, sealed. It is committed with the call's result and kept as long as the key.
CREATE TABLE audit.replies (
    id         uuid        NOT NULL,
    at         timestamptz NOT NULL,
    status     smallint    NOT NULL,
    media_type text        NOT NULL,
    sealed     bytea       NOT NULL,   -- AES-256-GCM, bound to this table, column and id
    PRIMARY KEY (at, id)
) PARTITION BY RANGE (at);
ALTER TABLE audit.replies ALTER COLUMN sealed SET STORAGE EXTERNAL;
INSERT INTO audit.partitioned (name) VALUES ('replies');

SELECT audit.make_partitions(audit.day(now()) + n) FROM generate_series(-1, 14) AS n;
SELECT audit.make_key_windows();
