-- Counts of dashboards are right while a day is counted again, after an upgrade or late rows. Queries then count its
-- buckets.

-- As before, but without reading all names of the schema.
CREATE OR REPLACE FUNCTION audit.uncounted_days() RETURNS SETOF date
    LANGUAGE sql STABLE AS $$
    WITH parts AS MATERIALIZED (
        SELECT to_date(right(c.relname, 8), 'YYYYMMDD') AS day, c.oid
        FROM pg_catalog.pg_inherits AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'audit.calls'::regclass AND c.relname ~ '^calls_[0-9]{8}$')
    SELECT parts.day
    FROM parts LEFT JOIN audit.rollup_days AS d USING (day)
    WHERE day < audit.day((SELECT done_before FROM audit.rollup_state)) AND d.inserted IS DISTINCT FROM pg_stat_get_tuples_inserted(oid)
    ORDER BY day DESC
$$;

-- The same for views, whose readers have no rights on tables.
CREATE FUNCTION audit.days_to_count() RETURNS date[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ARRAY(SELECT audit.uncounted_days());
END $$;

-- As in 0007, except for days that are not counted.
DO $outer$
DECLARE
    item record;
BEGIN
    FOR item IN SELECT * FROM (VALUES
        ('calls_by_minute', '1m', '1 minute', $e$date_trunc('minute', done_before, 'UTC')$e$, $d$(''), ('method'), ('app'), ('outcome'), ('sub_code')$d$),
        ('calls_by_hour', '1h', '1 hour', $e$date_trunc('hour', done_before, 'UTC')$e$,
         $d$(''), ('method'), ('app'), ('outcome'), ('sub_code'), ('seller'), ('caller')$d$),
        ('calls_by_day', '1d', '24 hours', $e$date_trunc('day', done_before + interval '8 hours', 'UTC') - interval '8 hours'$e$,
         $d$(''), ('method'), ('app'), ('outcome'), ('sub_code'), ('seller'), ('caller')$d$)
    ) AS v (view_name, grain, step, done, dimensions) LOOP
        EXECUTE format($sql$
            CREATE OR REPLACE VIEW audit_api.%1$I AS
            SELECT at, dimension, value, calls, errors, errors / calls::double precision AS error_rate, request_bytes, response_bytes,
                   p50_us / 1000::double precision AS p50_ms, p95_us / 1000::double precision AS p95_ms, p99_us / 1000::double precision AS p99_ms
            FROM (SELECT at, dimension, value, calls, errors, request_bytes, response_bytes, p50_us, p95_us, p99_us
                  FROM audit.rollups
                  WHERE grain = %2$L AND at < (SELECT %4$s FROM audit.rollup_state) AND audit.day(at) <> ALL ((SELECT audit.days_to_count())::date[])
                  UNION ALL
                  SELECT b.at, d.dimension, l.value, l.calls, l.errors, l.request_bytes, l.response_bytes, l.p50_us, l.p95_us, l.p99_us
                  FROM generate_series((SELECT %4$s FROM audit.rollup_state), now() + interval '1 minute', interval %3$L) AS b (at)
                  CROSS JOIN (VALUES %5$s) AS d (dimension)
                  CROSS JOIN LATERAL audit.count_live(b.at, b.at + interval %3$L, d.dimension) AS l
                  UNION ALL
                  SELECT b.at, d.dimension, l.value, l.calls, l.errors, l.request_bytes, l.response_bytes, l.p50_us, l.p95_us, l.p99_us
                  FROM unnest(audit.days_to_count()) AS u (day)
                  CROSS JOIN LATERAL generate_series(audit.day_start(u.day), audit.day_start(u.day + 1) - interval %3$L, interval %3$L) AS b (at)
                  CROSS JOIN (VALUES %5$s) AS d (dimension)
                  CROSS JOIN LATERAL audit.count_live(b.at, b.at + interval %3$L, d.dimension) AS l) AS parts
            $sql$, item.view_name, item.grain, item.step, item.done, item.dimensions);
    END LOOP;
END $outer$;
