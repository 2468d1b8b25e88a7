-- Statistics that dashboards need most, updated as calls arrive. Quantiles come from the calls, not from other
-- quantiles.

CREATE TABLE audit.rollups (
    grain          text        NOT NULL CHECK (grain IN ('1m', '1h', '1d')),
    dimension      text        NOT NULL,   -- '' for all calls
    at             timestamptz NOT NULL,   -- the bucket's first instant; days are GMT+8 days
    value          text        NOT NULL,   -- the dimension's value; '' if the call has none
    calls          bigint      NOT NULL,
    errors         bigint      NOT NULL,   -- neither success nor accepted
    request_bytes  bigint      NOT NULL,
    response_bytes bigint      NOT NULL,
    p50_us         bigint      NOT NULL,
    p95_us         bigint      NOT NULL,
    p99_us         bigint      NOT NULL,
    PRIMARY KEY (grain, dimension, at, value)
);

-- How many rows of audit.calls each minute's rollups contain. Rows are only added, so a different number means late
-- rows.
CREATE TABLE audit.rollup_minutes (
    at   timestamptz PRIMARY KEY,
    seen bigint      NOT NULL
);

-- The rollups contain everything before `done_before`.
CREATE TABLE audit.rollup_state (
    only_row    boolean     PRIMARY KEY DEFAULT true CHECK (only_row),
    done_before timestamptz NOT NULL
);
INSERT INTO audit.rollup_state (done_before) VALUES (date_trunc('hour', audit.oldest(), 'UTC'));

-- The first instant of an instant's bucket.
CREATE FUNCTION audit.bucket(grain text, instant timestamptz) RETURNS timestamptz
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE grain WHEN '1m' THEN date_trunc('minute', instant, 'UTC') WHEN '1h' THEN date_trunc('hour', instant, 'UTC')
                      WHEN '1d' THEN audit.day_start(audit.day(instant))
                      ELSE date_bin(CASE grain WHEN '5m' THEN interval '5 minutes' ELSE interval '15 minutes' END, instant, 'epoch') END
$$;

-- Counts one bucket of a grain again.
CREATE FUNCTION audit.count_bucket(wanted text, lower timestamptz, upper timestamptz) RETURNS void
    LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM audit.rollups WHERE grain = wanted AND at = lower
        AND dimension IN ('', 'method', 'app', 'outcome', 'sub_code', 'seller', 'caller');
    INSERT INTO audit.rollups
    SELECT wanted, dimension, lower, value, calls, errors, sent, received, q[1], q[2], q[3]
    FROM (SELECT dimension, coalesce(value, '') AS value, count(*) AS calls, count(*) FILTER (WHERE outcome NOT IN ('success', 'accepted')) AS errors,
                 sum(request_bytes) AS sent, sum(response_bytes) AS received,
                 percentile_disc(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY duration_us) AS q
          FROM audit.calls AS c,
               LATERAL (VALUES ('', ''), ('method', method), ('app', app), ('outcome', outcome), ('sub_code', sub_code),
                               ('seller', seller), ('caller', caller)) AS d (dimension, value)
          WHERE at >= lower AND at < upper AND (wanted <> '1m' OR dimension NOT IN ('seller', 'caller'))
            AND (source = 1 OR NOT EXISTS (SELECT FROM audit.calls AS r
                                           WHERE r.at = c.at AND r.id = c.id AND r.source = 1 AND r.at >= lower AND r.at < upper))
          GROUP BY dimension, coalesce(value, '')) AS counted;
END $$;

-- Updates the rollups of a time range (whole minutes, at most a day). Returns how many minutes had changed.
CREATE FUNCTION audit.roll_up(lower timestamptz, upper timestamptz) RETURNS integer
    LANGUAGE plpgsql AS $$
DECLARE
    changed timestamptz[];
    done    timestamptz := (SELECT greatest(done_before, upper) FROM audit.rollup_state);
    start   timestamptz;
BEGIN
    WITH now_there AS (SELECT date_trunc('minute', at, 'UTC') AS minute, count(*) AS seen FROM audit.calls WHERE at >= lower AND at < upper GROUP BY 1),
         marked AS (INSERT INTO audit.rollup_minutes AS m (at, seen) SELECT minute, seen FROM now_there
                    ON CONFLICT (at) DO UPDATE SET seen = excluded.seen WHERE m.seen <> excluded.seen RETURNING at)
    SELECT coalesce(array_agg(at), '{}') INTO changed FROM marked;
    FOREACH start IN ARRAY changed LOOP
        PERFORM audit.count_bucket('1m', start, start + interval '1 minute');
    END LOOP;
    -- Hours and days are counted when they are over, and again after late rows.
    FOR start IN SELECT DISTINCT date_trunc('hour', at, 'UTC')
                 FROM (SELECT unnest(changed) AS at
                       UNION ALL SELECT at FROM audit.rollup_minutes WHERE at >= date_trunc('hour', lower, 'UTC') AND at < upper) AS minutes LOOP
        CONTINUE WHEN start + interval '1 hour' > done;
        CONTINUE WHEN start NOT IN (SELECT date_trunc('hour', at, 'UTC') FROM unnest(changed) AS at)
                      AND EXISTS (SELECT FROM audit.rollups WHERE grain = '1h' AND dimension = '' AND at = start);
        PERFORM audit.count_bucket('1h', start, start + interval '1 hour');
    END LOOP;
    FOR start IN SELECT DISTINCT audit.day_start(audit.day(at)) FROM unnest(changed || lower || (upper - interval '1 microsecond')) AS at LOOP
        CONTINUE WHEN start + interval '1 day' > done;
        CONTINUE WHEN start NOT IN (SELECT audit.day_start(audit.day(at)) FROM unnest(changed) AS at)
                      AND EXISTS (SELECT FROM audit.rollups WHERE grain = '1d' AND dimension = '' AND at = start);
        PERFORM audit.count_bucket('1d', start, start + interval '1 day');
    END LOOP;
    UPDATE audit.rollup_state SET done_before = greatest(done_before, upper);
    RETURN cardinality(changed);
END $$;

-- Whether the replica of a call has written its completion. As a function it keeps the planner from planning every
-- partition twice.
CREATE FUNCTION audit.has_result(call_at timestamptz, call_id uuid) RETURNS boolean
    LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM audit.calls WHERE at = call_at AND id = call_id AND source = 1);
END $$;
