-- Statistics: counts, bytes and exact quantiles of the calls that have ended, kept for the questions that dashboards
-- ask most. Every figure is counted from the calls, never from other figures.

-- One dimension at a time: for all grains by method, app, outcome and sub_code, for hours and days by all dimensions.
CREATE TABLE audit.rollups (
    grain          text        NOT NULL CHECK (grain IN ('1m', '5m', '15m', '1h', '1d')),
    dimension      text        NOT NULL,   -- '' for all calls together
    at             timestamptz NOT NULL,   -- first instant of the bucket; days are GMT+8 days
    value          text        NOT NULL,   -- value of the dimension; '' if the call has none
    calls          bigint      NOT NULL,
    errors         bigint      NOT NULL,   -- neither success nor accepted
    request_bytes  bigint      NOT NULL,
    response_bytes bigint      NOT NULL,
    p50_us         bigint      NOT NULL,
    p95_us         bigint      NOT NULL,
    p99_us         bigint      NOT NULL,
    PRIMARY KEY (grain, dimension, at, value)
);

-- Two dimensions at a time, for hours and days.
CREATE TABLE audit.rollup_pairs (
    grain          text        NOT NULL CHECK (grain IN ('1h', '1d')),
    dimensions     text        NOT NULL,   -- both names, joined by a comma, in the order of audit.rollup_dimensions()
    at             timestamptz NOT NULL,   -- first instant of the bucket
    first          text        NOT NULL,   -- value of the first dimension; '' if the call has none
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

-- Calls of an hour that differ in nothing but the seller and the duration. Sums and exact quantiles of every other
-- combination of dimensions and filters come from these rows.
CREATE TABLE audit.rollup_cells (
    at             timestamptz NOT NULL,   -- first instant of the hour
    per_caller     boolean     NOT NULL,   -- each hour is here twice: by caller, and (far fewer rows) without callers
    method         text        NOT NULL,
    app            text        NOT NULL,
    caller         text        NOT NULL,   -- '' unless per_caller
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

-- How many rows of audit.calls the rollups of a minute include. Rows are only added, so a different number means that
-- some arrived late.
CREATE TABLE audit.rollup_minutes (
    at   timestamptz PRIMARY KEY,
    seen bigint      NOT NULL
);

-- How many rows a day's partition of audit.calls had received when the day was last counted or found correct. The
-- rollups of the day are not used while PostgreSQL's own counter differs: rows arrived late, or the counter was lost.
CREATE TABLE audit.rollup_days (
    day      date   PRIMARY KEY,
    inserted bigint NOT NULL
);

-- The rollups include every call before `done_before`.
CREATE TABLE audit.rollup_state (
    only_row    boolean     PRIMARY KEY DEFAULT true CHECK (only_row),
    done_before timestamptz NOT NULL
);
INSERT INTO audit.rollup_state (done_before) VALUES (audit.day_start(audit.day(now())));

-- The first instant of the bucket that contains an instant. The planner expands the function. Midnight in GMT+8 starts
-- a bucket of every grain, so one origin serves them all.
CREATE FUNCTION audit.bucket(grain text, instant timestamptz) RETURNS timestamptz
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT date_bin(CASE grain WHEN '1m' THEN interval '1 minute' WHEN '5m' THEN interval '5 minutes'
                               WHEN '15m' THEN interval '15 minutes' WHEN '1h' THEN interval '1 hour'
                               ELSE interval '24 hours' END, instant, '1969-12-31 16:00:00+00')
$$;

-- The first instant after a bucket.
CREATE FUNCTION audit.bucket_end(grain text, start timestamptz) RETURNS timestamptz
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT start + CASE grain WHEN '1m' THEN interval '1 minute' WHEN '5m' THEN interval '5 minutes'
                              WHEN '15m' THEN interval '15 minutes' WHEN '1h' THEN interval '1 hour'
                              ELSE interval '24 hours' END
$$;

-- The sets of dimensions that are kept. Sets without by_minutes are kept for hours and days only. `bits` are those of
-- GROUPING() over all six dimensions.
CREATE FUNCTION audit.rollup_dimensions() RETURNS TABLE (bits integer, names text, by_minutes boolean)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    VALUES (0, '', true), (32, 'method', true), (16, 'app', true), (8, 'seller', false), (4, 'caller', false),
           (2, 'outcome', true), (1, 'sub_code', true),
           (48, 'method,app', false), (36, 'method,caller', false), (34, 'method,outcome', false),
           (33, 'method,sub_code', false), (20, 'app,caller', false), (18, 'app,outcome', false),
           (17, 'app,sub_code', false), (10, 'seller,outcome', false), (6, 'caller,outcome', false),
           (5, 'caller,sub_code', false), (3, 'outcome,sub_code', false)
$$;

-- Counts buckets of one grain again. Each set of dimensions is sorted, on disk if necessary, so work_mem limits the
-- memory.
CREATE FUNCTION audit.count_buckets(wanted text, starts timestamptz[]) RETURNS void
    LANGUAGE plpgsql SET work_mem = '16MB' AS $$
DECLARE
    is_wide boolean := wanted IN ('1h', '1d');
    sets    text := (SELECT string_agg('(' || concat_ws(',', 'start', nullif(names, '')) || ')', ',')
                     FROM audit.rollup_dimensions() WHERE by_minutes OR is_wide);
    -- Which dimensions a set has, and the values of those that no set of this grain has.
    bits    text := CASE WHEN is_wide THEN '63 - GROUPING(method, app, seller, caller, outcome, sub_code)'
                         ELSE '51 - GROUPING(method, app) * 16 - GROUPING(outcome, sub_code)' END;
    parties text := CASE WHEN is_wide THEN 'seller, caller' ELSE 'NULL AS seller, NULL AS caller' END;
    -- Constant limits, so that only the partitions concerned are planned.
    calls   text := format($sql$
        (SELECT audit.bucket(%1$L, at) AS start, method, app, coalesce(seller, '') AS seller, caller, outcome, status,
                coalesce(code, '') AS code, coalesce(sub_code, '') AS sub_code, request_bytes, response_bytes,
                duration_us
         FROM audit.calls WHERE at >= %2$L AND at < %3$L AND audit.bucket(%1$L, at) = ANY ($1)
           AND (source = 1 OR NOT audit.has_result(at, id))) AS calls
        $sql$, wanted, (SELECT min(at) FROM unnest(starts) AS at),
        (SELECT audit.bucket_end(wanted, max(at)) FROM unnest(starts) AS at));
BEGIN
    DELETE FROM audit.rollups
    WHERE grain = wanted AND dimension IN (SELECT names FROM audit.rollup_dimensions()) AND at = ANY (starts);
    IF is_wide THEN
        DELETE FROM audit.rollup_pairs
        WHERE grain = wanted AND dimensions IN (SELECT names FROM audit.rollup_dimensions()) AND at = ANY (starts);
    END IF;
    EXECUTE format($sql$
        WITH counted AS (
            SELECT start, %s AS bits, method, app, %s, outcome, sub_code, count(*) AS calls,
                   count(*) FILTER (WHERE outcome NOT IN ('success', 'accepted')) AS errors,
                   sum(request_bytes) AS sent, sum(response_bytes) AS received,
                   percentile_disc(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY duration_us) AS q
            FROM %s GROUP BY GROUPING SETS (%s)),
        named AS MATERIALIZED (
            -- The values of the first and last dimension of a set. The values of all others are NULL.
            SELECT names, start, coalesce(method, app, seller, caller, outcome, sub_code, '') AS first,
                   coalesce(sub_code, outcome, caller, seller, app, method) AS last, calls, errors, sent, received, q
            FROM counted JOIN audit.rollup_dimensions() USING (bits)),
        pairs AS (
            INSERT INTO audit.rollup_pairs
            SELECT %5$L, names, start, first, last, calls, errors, sent, received, q[1], q[2], q[3]
            FROM named WHERE names LIKE '%%,%%')
        INSERT INTO audit.rollups
        SELECT %5$L, names, start, first, calls, errors, sent, received, q[1], q[2], q[3]
        FROM named WHERE names NOT LIKE '%%,%%'
        $sql$, bits, parties, calls, sets, wanted) USING starts;
    IF wanted = '1h' THEN
        DELETE FROM audit.rollup_cells WHERE per_caller IN (true, false) AND at = ANY (starts);
        EXECUTE format($sql$
            INSERT INTO audit.rollup_cells
            SELECT start, per_caller, method, app, CASE WHEN per_caller THEN caller ELSE '' END, outcome, status, code,
                   sub_code, count(*), sum(request_bytes), sum(response_bytes), array_agg(duration_us)
            FROM %s, (VALUES (true), (false)) AS v (per_caller) GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
            $sql$, calls) USING starts;
    END IF;
END $$;

-- Brings the rollups of a range of time (whole minutes, a day at most) up to date. Returns how many minutes had
-- changed.
CREATE FUNCTION audit.roll_up(lower timestamptz, upper timestamptz) RETURNS integer
    LANGUAGE plpgsql AS $$
DECLARE
    done    timestamptz := (SELECT greatest(done_before, upper) FROM audit.rollup_state);
    changed timestamptz[];
    starts  timestamptz[];
    wanted  text;
BEGIN
    -- One caller at a time.
    PERFORM pg_advisory_xact_lock(hashtext('toprelay.audit.rollups'));
    -- Marked before they are counted. A row that arrives in between is counted now, or next time because the number
    -- differs.
    WITH now_there AS (SELECT audit.bucket('1m', at) AS minute, count(*) AS seen
                       FROM audit.calls WHERE at >= lower AND at < upper GROUP BY 1),
         marked AS (INSERT INTO audit.rollup_minutes AS m (at, seen) SELECT minute, seen FROM now_there
                    ON CONFLICT (at) DO UPDATE SET seen = excluded.seen WHERE m.seen <> excluded.seen RETURNING at)
    SELECT coalesce(array_agg(at), '{}') INTO changed FROM marked;
    -- A bucket is counted when it is over, and again when rows arrived late.
    FOREACH wanted IN ARRAY ARRAY['1m', '5m', '15m', '1h', '1d'] LOOP
        SELECT array_agg(bucket) INTO starts
        FROM (SELECT audit.bucket(wanted, m.at) AS bucket, bool_or(c.at IS NOT NULL) AS is_changed
              FROM audit.rollup_minutes AS m LEFT JOIN unnest(changed) AS c (at) ON c.at = m.at
              WHERE m.at >= audit.bucket(wanted, lower) AND m.at < upper GROUP BY 1) AS buckets
        WHERE audit.bucket_end(wanted, bucket) <= done
          AND (is_changed
               OR NOT EXISTS (SELECT FROM audit.rollups WHERE grain = wanted AND dimension = '' AND at = bucket));
        IF starts IS NOT NULL THEN PERFORM audit.count_buckets(wanted, starts); END IF;
    END LOOP;
    UPDATE audit.rollup_state SET done_before = greatest(done_before, upper) WHERE done_before < upper;
    RETURN cardinality(changed);
END $$;

-- Days before `done_before` whose rollups may be wrong, latest first.
CREATE FUNCTION audit.uncounted_days() RETURNS SETOF date
    LANGUAGE sql STABLE AS $$
    WITH parts AS MATERIALIZED (
        SELECT to_date(right(c.relname, 8), 'YYYYMMDD') AS day, c.oid
        FROM pg_catalog.pg_inherits AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'audit.calls'::regclass AND c.relname ~ '^calls_[0-9]{8}$')
    SELECT parts.day
    FROM parts LEFT JOIN audit.rollup_days AS d USING (day)
    WHERE day < audit.day((SELECT done_before FROM audit.rollup_state))
      AND d.inserted IS DISTINCT FROM pg_stat_get_tuples_inserted(oid)
    ORDER BY day DESC
$$;

-- Corrects the rollups of a day before `done_before`. Returns how many minutes had changed.
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

-- Deletes the rollups of expired calls. Each statement follows the order of its index.
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
