-- Statistics by several dimensions with filters. audit.rollups of 0005 has those of one dimension. All are counted from
-- the calls.

-- 5 and 15 minutes are stored like minutes: for all calls, and by method, app, outcome and sub_code.
TRUNCATE audit.rollups, audit.rollup_minutes;
ALTER TABLE audit.rollups DROP CONSTRAINT rollups_grain_check;
ALTER TABLE audit.rollups ADD CONSTRAINT rollups_grain_check CHECK (grain IN ('1m', '5m', '15m', '1h', '1d'));

-- Two dimensions at once, by hours and days.
CREATE TABLE audit.rollup_pairs (
    grain          text        NOT NULL CHECK (grain IN ('1h', '1d')),
    dimensions     text        NOT NULL,   -- both names, separated by a comma, in the order of audit.rollup_dimensions()
    at             timestamptz NOT NULL,   -- the bucket's first instant
    first          text        NOT NULL,   -- the first dimension's value; '' if the call has none
    second         text        NOT NULL,
    calls          bigint      NOT NULL,
    errors         bigint      NOT NULL,
    request_bytes  bigint      NOT NULL,
    response_bytes bigint      NOT NULL,
    p50_us         bigint      NOT NULL,
    p95_us         bigint      NOT NULL,
    p99_us         bigint      NOT NULL,
    PRIMARY KEY (grain, dimensions, at, first, second)
);

-- Calls of an hour that differ only in the seller, with their durations. They give sums and exact quantiles of any
-- combination.
CREATE TABLE audit.rollup_cells (
    at             timestamptz NOT NULL,   -- the hour's first instant
    per_caller     boolean     NOT NULL,   -- each hour occurs twice: split by caller, and (far fewer cells) not
    method         text        NOT NULL,
    app            text        NOT NULL,
    caller         text        NOT NULL,   -- '' when not per_caller
    outcome        text        NOT NULL,
    status         smallint    NOT NULL,
    code           text        NOT NULL,   -- '' if the call has none
    sub_code       text        NOT NULL,
    calls          bigint      NOT NULL,
    request_bytes  bigint      NOT NULL,
    response_bytes bigint      NOT NULL,
    durations      bigint[]    NOT NULL    -- microseconds, unordered
);
CREATE INDEX rollup_cells_at ON audit.rollup_cells (per_caller, at);

-- PostgreSQL's count of rows inserted into a day's partition of calls when its rollups were last counted or found
-- right. While the count differs, the rollups of that day are not used: rows came late, or the server lost its
-- statistics.
CREATE TABLE audit.rollup_days (
    day      date   PRIMARY KEY,
    inserted bigint NOT NULL
);

-- Today is counted again from its beginning. Earlier days are counted again because audit.rollup_days has no rows for
-- them.
UPDATE audit.rollup_state SET done_before = audit.day_start(audit.day(now()));

-- As before, in a form that the planner can inline. Hours and all shorter buckets also begin at midnight of GMT+8.
CREATE OR REPLACE FUNCTION audit.bucket(grain text, instant timestamptz) RETURNS timestamptz
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT date_bin(CASE grain WHEN '1m' THEN interval '1 minute' WHEN '5m' THEN interval '5 minutes' WHEN '15m' THEN interval '15 minutes'
                               WHEN '1h' THEN interval '1 hour' ELSE interval '24 hours' END, instant, '1969-12-31 16:00:00+00')
$$;

-- As before, but from the list of partitions instead of all names of the schema. Every search calls it.
CREATE OR REPLACE FUNCTION audit.oldest() RETURNS timestamptz
    LANGUAGE sql STABLE AS $$
    SELECT coalesce(min(audit.day_start(to_date(substring(relname FROM '^calls_([0-9]{8})$'), 'YYYYMMDD'))), now())
    FROM pg_catalog.pg_inherits JOIN pg_catalog.pg_class ON oid = inhrelid WHERE inhparent = 'audit.calls'::regclass
$$;

-- The first instant after a bucket.
CREATE FUNCTION audit.bucket_end(grain text, start timestamptz) RETURNS timestamptz
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT start + CASE grain WHEN '1m' THEN interval '1 minute' WHEN '5m' THEN interval '5 minutes' WHEN '15m' THEN interval '15 minutes'
                              WHEN '1h' THEN interval '1 hour' ELSE interval '24 hours' END
$$;

-- The stored sets of dimensions, and whether minutes have them. The bits are those of GROUPING() over all six
-- dimensions.
CREATE FUNCTION audit.rollup_dimensions() RETURNS TABLE (bits integer, names text, by_minutes boolean)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    VALUES (0, '', true), (32, 'method', true), (16, 'app', true), (8, 'seller', false), (4, 'caller', false), (2, 'outcome', true),
           (1, 'sub_code', true),
           (48, 'method,app', false), (36, 'method,caller', false), (34, 'method,outcome', false), (33, 'method,sub_code', false),
           (20, 'app,caller', false), (18, 'app,outcome', false), (17, 'app,sub_code', false), (10, 'seller,outcome', false),
           (6, 'caller,outcome', false), (5, 'caller,sub_code', false), (3, 'outcome,sub_code', false)
$$;

DROP FUNCTION audit.count_bucket(text, timestamptz, timestamptz);

-- Counts buckets of a grain again. work_mem limits the memory. Each set of dimensions is sorted, on disk if necessary.
CREATE FUNCTION audit.count_buckets(wanted text, starts timestamptz[]) RETURNS void
    LANGUAGE plpgsql SET work_mem = '16MB' AS $$
DECLARE
    is_wide boolean := wanted IN ('1h', '1d');
    sets    text := (SELECT string_agg('(' || concat_ws(',', 'start', nullif(names, '')) || ')', ',') FROM audit.rollup_dimensions()
                     WHERE by_minutes OR is_wide);
    -- The dimensions of a set, and the values of those that no set of this grain has.
    bits    text := CASE WHEN is_wide THEN '63 - GROUPING(method, app, seller, caller, outcome, sub_code)'
                         ELSE '51 - GROUPING(method, app) * 16 - GROUPING(outcome, sub_code)' END;
    parties text := CASE WHEN is_wide THEN 'seller, caller' ELSE 'NULL AS seller, NULL AS caller' END;
    -- With constant bounds only the partitions concerned are planned.
    calls   text := format($sql$
        (SELECT audit.bucket(%1$L, at) AS start, method, app, coalesce(seller, '') AS seller, caller, outcome, status, coalesce(code, '') AS code,
                coalesce(sub_code, '') AS sub_code, request_bytes, response_bytes, duration_us
         FROM audit.calls WHERE at >= %2$L AND at < %3$L AND audit.bucket(%1$L, at) = ANY ($1)
           AND (source = 1 OR NOT audit.has_result(at, id))) AS calls
        $sql$, wanted, (SELECT min(at) FROM unnest(starts) AS at), (SELECT audit.bucket_end(wanted, max(at)) FROM unnest(starts) AS at));
BEGIN
    DELETE FROM audit.rollups WHERE grain = wanted AND dimension IN (SELECT names FROM audit.rollup_dimensions()) AND at = ANY (starts);
    IF is_wide THEN
        DELETE FROM audit.rollup_pairs WHERE grain = wanted AND dimensions IN (SELECT names FROM audit.rollup_dimensions()) AND at = ANY (starts);
    END IF;
    EXECUTE format($sql$
        WITH counted AS (
            SELECT start, %s AS bits, method, app, %s, outcome, sub_code, count(*) AS calls,
                   count(*) FILTER (WHERE outcome NOT IN ('success', 'accepted')) AS errors, sum(request_bytes) AS sent, sum(response_bytes) AS received,
                   percentile_disc(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY duration_us) AS q
            FROM %s GROUP BY GROUPING SETS (%s)),
        named AS MATERIALIZED (
            -- The values of a set's first and last dimension. The others are NULL.
            SELECT names, start, coalesce(method, app, seller, caller, outcome, sub_code, '') AS first,
                   coalesce(sub_code, outcome, caller, seller, app, method) AS last, calls, errors, sent, received, q
            FROM counted JOIN audit.rollup_dimensions() USING (bits)),
        pairs AS (
            INSERT INTO audit.rollup_pairs SELECT %5$L, names, start, first, last, calls, errors, sent, received, q[1], q[2], q[3]
            FROM named WHERE names LIKE '%%,%%')
        INSERT INTO audit.rollups SELECT %5$L, names, start, first, calls, errors, sent, received, q[1], q[2], q[3]
        FROM named WHERE names NOT LIKE '%%,%%'
        $sql$, bits, parties, calls, sets, wanted) USING starts;
    IF wanted = '1h' THEN
        DELETE FROM audit.rollup_cells WHERE per_caller IN (true, false) AND at = ANY (starts);
        EXECUTE format($sql$
            INSERT INTO audit.rollup_cells
            SELECT start, per_caller, method, app, CASE WHEN per_caller THEN caller ELSE '' END, outcome, status, code, sub_code,
                   count(*), sum(request_bytes), sum(response_bytes), array_agg(duration_us)
            FROM %s, (VALUES (true), (false)) AS v (per_caller) GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
            $sql$, calls) USING starts;
    END IF;
END $$;

-- Updates the rollups of a time range (whole minutes, at most a day). Returns how many minutes had changed.
CREATE OR REPLACE FUNCTION audit.roll_up(lower timestamptz, upper timestamptz) RETURNS integer
    LANGUAGE plpgsql AS $$
DECLARE
    done    timestamptz := (SELECT greatest(done_before, upper) FROM audit.rollup_state);
    changed timestamptz[];
    starts  timestamptz[];
    wanted  text;
BEGIN
    -- One at a time.
    PERFORM pg_advisory_xact_lock(hashtext('toprelay.audit.rollups'));
    -- Marked before they are counted. A row that arrives in between is counted now, or next time because the number
    -- differs.
    WITH now_there AS (SELECT audit.bucket('1m', at) AS minute, count(*) AS seen FROM audit.calls WHERE at >= lower AND at < upper GROUP BY 1),
         marked AS (INSERT INTO audit.rollup_minutes AS m (at, seen) SELECT minute, seen FROM now_there
                    ON CONFLICT (at) DO UPDATE SET seen = excluded.seen WHERE m.seen <> excluded.seen RETURNING at)
    SELECT coalesce(array_agg(at), '{}') INTO changed FROM marked;
    -- A bucket is counted when it is over, and again after late rows.
    FOREACH wanted IN ARRAY ARRAY['1m', '5m', '15m', '1h', '1d'] LOOP
        SELECT array_agg(bucket) INTO starts
        FROM (SELECT audit.bucket(wanted, m.at) AS bucket, bool_or(c.at IS NOT NULL) AS is_changed
              FROM audit.rollup_minutes AS m LEFT JOIN unnest(changed) AS c (at) ON c.at = m.at
              WHERE m.at >= audit.bucket(wanted, lower) AND m.at < upper GROUP BY 1) AS buckets
        WHERE audit.bucket_end(wanted, bucket) <= done
          AND (is_changed OR NOT EXISTS (SELECT FROM audit.rollups WHERE grain = wanted AND dimension = '' AND at = bucket));
        IF starts IS NOT NULL THEN PERFORM audit.count_buckets(wanted, starts); END IF;
    END LOOP;
    UPDATE audit.rollup_state SET done_before = greatest(done_before, upper) WHERE done_before < upper;
    RETURN cardinality(changed);
END $$;

-- Days before the watermark whose rollups may be wrong, the latest first.
CREATE FUNCTION audit.uncounted_days() RETURNS SETOF date
    LANGUAGE sql STABLE AS $$
    SELECT parts.day
    FROM (SELECT to_date(substring(relname FROM '^calls_([0-9]{8})$'), 'YYYYMMDD') AS day, oid FROM pg_catalog.pg_inherits JOIN pg_catalog.pg_class ON oid = inhrelid
          WHERE inhparent = 'audit.calls'::regclass) AS parts LEFT JOIN audit.rollup_days AS d USING (day)
    WHERE day < audit.day((SELECT done_before FROM audit.rollup_state)) AND d.inserted IS DISTINCT FROM pg_stat_get_tuples_inserted(oid)
    ORDER BY day DESC
$$;

-- Corrects the rollups of a day before the watermark. Returns how many minutes had changed.
CREATE FUNCTION audit.recount_day(wanted date) RETURNS integer
    LANGUAGE plpgsql AS $$
DECLARE
    -- Read first, so that rows that arrive meanwhile are found next time.
    inserted_before bigint := pg_stat_get_tuples_inserted(to_regclass('audit.calls_' || to_char(wanted, 'YYYYMMDD')));
    changed         integer := audit.roll_up(audit.day_start(wanted), audit.day_start(wanted + 1));
BEGIN
    IF inserted_before IS NOT NULL THEN
        INSERT INTO audit.rollup_days (day, inserted) VALUES (wanted, inserted_before)
        ON CONFLICT (day) DO UPDATE SET inserted = excluded.inserted;
    END IF;
    RETURN changed;
END $$;

-- Deletes the rollups of expired calls, in the order of the index.
CREATE FUNCTION audit.forget_rollups() RETURNS void
    LANGUAGE plpgsql AS $$
DECLARE
    oldest timestamptz := audit.oldest();
    wanted text;
    set    record;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['1m', '5m', '15m', '1h', '1d'] LOOP
        FOR set IN SELECT * FROM audit.rollup_dimensions() LOOP
            DELETE FROM audit.rollups WHERE grain = wanted AND dimension = set.names AND at < oldest;
            DELETE FROM audit.rollup_pairs WHERE grain = wanted AND dimensions = set.names AND at < oldest;
        END LOOP;
    END LOOP;
    DELETE FROM audit.rollup_cells WHERE per_caller IN (true, false) AND at < oldest;
    DELETE FROM audit.rollup_minutes WHERE at < oldest;
    DELETE FROM audit.rollup_days WHERE day < audit.day(oldest);
END $$;
