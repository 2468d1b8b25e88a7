-- What dashboards read: views that stay as they are while the tables behind them change, and a role that may read nothing else.
--
-- Views read tables as their owner. What a view must look up besides stands in functions with the owner's rights: the tables of the trail have hundreds of
-- partitions, and a statement that names one without a constant stretch of time has to plan and lock them all.

CREATE SCHEMA audit_api;
COMMENT ON SCHEMA audit_api IS 'The audit trail for dashboards. Columns are only ever added. Always say a stretch of time with constants: at BETWEEN … AND …';

-- Whether the replica that made a call has written how it ended; then the reconciler's row does not count.
CREATE FUNCTION audit.is_superseded(call_at timestamptz, call_id uuid) RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM audit.calls WHERE at = call_at AND id = call_id AND source = 1);
END $$;

-- The calls that have ended, as far back as there may be open ones.
CREATE FUNCTION audit.ended_lately() RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp ROWS 10000 AS $$
DECLARE
    lower timestamptz := (SELECT closed_before FROM audit.reconciliation);
BEGIN
    RETURN QUERY EXECUTE format('SELECT id FROM audit.calls WHERE at >= %L', lower);
END $$;

-- Counts calls of a stretch by one dimension, as audit.count_bucket does.
CREATE FUNCTION audit.count_live(lower timestamptz, upper timestamptz, dimension text)
    RETURNS TABLE (value text, calls bigint, errors bigint, request_bytes bigint, response_bytes bigint, p50_us bigint, p95_us bigint, p99_us bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp ROWS 10 AS $$
BEGIN
    IF dimension NOT IN ('', 'method', 'app', 'outcome', 'sub_code', 'seller', 'caller') THEN
        RETURN;
    END IF;
    RETURN QUERY EXECUTE format($q$
        SELECT value, calls, errors, sent::bigint, received::bigint, q[1], q[2], q[3]
        FROM (SELECT %s AS value, count(*) AS calls, count(*) FILTER (WHERE outcome NOT IN ('success', 'accepted')) AS errors,
                     sum(request_bytes) AS sent, sum(response_bytes) AS received,
                     percentile_disc(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY duration_us) AS q
              FROM audit.calls
              WHERE at >= %L AND at < %L AND (source = 1 OR NOT audit.is_superseded(at, id)) GROUP BY 1) AS counted
        $q$, CASE dimension WHEN '' THEN '''''::text' ELSE format('coalesce(%I, '''')', dimension) END, lower, upper);
END $$;

-- One list under one condition, and not two lists with a condition each: so the planner sees through it, walks an index in order for `ORDER BY at LIMIT n`,
-- and leaves the intents out where a condition rules them out.
CREATE VIEW audit_api.calls AS
    SELECT id, at, finished_at, caller, app, seller, method, outcome, status, code, sub_code, message,
           duration_us / 1000::double precision AS duration_ms, top_us / 1000::double precision AS top_ms,
           audit_us / 1000::double precision AS audit_ms, attempts, top_request_id, request_id, refs, client_request_id,
           request_bytes, response_bytes, retryable,
           (SELECT settles FROM audit.notes AS n WHERE n.call = both_parts.id AND settles IS NOT NULL ORDER BY n.id DESC LIMIT 1) AS settled
    FROM (SELECT id, at, finished_at, caller, app, seller, method, outcome, status, code, sub_code, message, duration_us, top_us,
                 audit_us, attempts, top_request_id, request_id, refs, client_request_id, request_bytes, response_bytes, retryable,
                 source, false AS is_open
          FROM audit.calls
          UNION ALL
          SELECT id, at, NULL, caller, app, seller, method, 'open', NULL, NULL, NULL, NULL, NULL, NULL,
                 NULL, NULL, NULL, request_id, refs, client_request_id, NULL, NULL, NULL, NULL, true
          FROM audit.intents) AS both_parts
    WHERE (is_open OR source = 1 OR NOT audit.is_superseded(at, id))
      AND (NOT is_open OR at >= (SELECT closed_before FROM audit.reconciliation))
      AND (NOT is_open OR id NOT IN (SELECT audit.ended_lately()));

COMMENT ON VIEW audit_api.calls IS 'One row a call, newest ones under way included. Say a stretch of time: at BETWEEN … AND …';
COMMENT ON COLUMN audit_api.calls.id IS 'UUIDv7 of the call: what the caller was given as id, and /console?id=… and GET /v1/audit/calls/{id} show';
COMMENT ON COLUMN audit_api.calls.at IS 'when the call arrived, to the millisecond';
COMMENT ON COLUMN audit_api.calls.finished_at IS 'when it ended; NULL while it is open';
COMMENT ON COLUMN audit_api.calls.caller IS 'name of the token that asked';
COMMENT ON COLUMN audit_api.calls.app IS 'name of the app that it was signed for';
COMMENT ON COLUMN audit_api.calls.seller IS 'the seller whose session was used; NULL: none';
COMMENT ON COLUMN audit_api.calls.method IS 'TOP method';
COMMENT ON COLUMN audit_api.calls.outcome IS 'what became of it: open (under way), success, accepted, partial, business_failure, rejected, …, unknown (it may have been done)';
COMMENT ON COLUMN audit_api.calls.status IS 'HTTP status that the caller was given; NULL while it is open';
COMMENT ON COLUMN audit_api.calls.code IS 'TOP''s code of an error';
COMMENT ON COLUMN audit_api.calls.sub_code IS 'TOP''s sub_code of an error';
COMMENT ON COLUMN audit_api.calls.message IS 'what TOP or the transport said, masked';
COMMENT ON COLUMN audit_api.calls.duration_ms IS 'milliseconds from its arrival to its end';
COMMENT ON COLUMN audit_api.calls.top_ms IS 'of these, milliseconds from the first byte sent to TOP to the last byte read; NULL: nothing was sent';
COMMENT ON COLUMN audit_api.calls.audit_ms IS 'of these, milliseconds that it waited for the commit of its record before it was sent';
COMMENT ON COLUMN audit_api.calls.attempts IS 'times that it was given to the network: 0 or 1';
COMMENT ON COLUMN audit_api.calls.top_request_id IS 'TOP''s own id of the request';
COMMENT ON COLUMN audit_api.calls.request_id IS 'the method''s idempotency id';
COMMENT ON COLUMN audit_api.calls.refs IS 'the caller''s document numbers (Top-Ref)';
COMMENT ON COLUMN audit_api.calls.client_request_id IS 'the caller''s X-Request-Id';
COMMENT ON COLUMN audit_api.calls.request_bytes IS 'bytes of the request to TOP';
COMMENT ON COLUMN audit_api.calls.response_bytes IS 'bytes of TOP''s answer';
COMMENT ON COLUMN audit_api.calls.retryable IS 'whether the caller was told that repeating cannot do it twice';
COMMENT ON COLUMN audit_api.calls.settled IS 'what a person found out about it (last note that settles): done or not_done';

CREATE VIEW audit_api.unknown_calls AS
    SELECT id, at, finished_at, caller, app, seller, method, status, code, sub_code, message, duration_ms, top_request_id, request_id, refs,
           client_request_id
    FROM audit_api.calls AS c
    WHERE outcome = 'unknown' AND NOT EXISTS (SELECT FROM audit.notes AS n WHERE n.call = c.id AND n.settles IS NOT NULL);
COMMENT ON VIEW audit_api.unknown_calls IS 'Calls that may have been done, and of which nobody has noted yet whether they were. Columns as in audit_api.calls';

CREATE VIEW audit_api.refusals AS
    SELECT id, at, caller, method, app, seller, status, type, pointers, refs, client_request_id FROM audit.refusals;
COMMENT ON VIEW audit_api.refusals IS 'Requests that never became calls, best effort and for 7 days';
COMMENT ON COLUMN audit_api.refusals.id IS 'grows with each row';
COMMENT ON COLUMN audit_api.refusals.at IS 'when it was refused';
COMMENT ON COLUMN audit_api.refusals.caller IS 'name of the token; NULL: nobody known';
COMMENT ON COLUMN audit_api.refusals.method IS 'TOP method, as far as it was said';
COMMENT ON COLUMN audit_api.refusals.app IS 'app, as far as it was said';
COMMENT ON COLUMN audit_api.refusals.seller IS 'seller, as far as it was said';
COMMENT ON COLUMN audit_api.refusals.status IS 'HTTP status that the caller was given';
COMMENT ON COLUMN audit_api.refusals.type IS 'type of the problem document: invalid-parameters, throttled, …';
COMMENT ON COLUMN audit_api.refusals.pointers IS 'JSON pointers to what was wrong; never values';
COMMENT ON COLUMN audit_api.refusals.refs IS 'the caller''s document numbers (Top-Ref)';
COMMENT ON COLUMN audit_api.refusals.client_request_id IS 'the caller''s X-Request-Id';

CREATE INDEX notes_noted_at ON audit.notes (noted_at);
CREATE VIEW audit_api.notes AS
    SELECT id, noted_at AS at, call AS call_id, author, settles, text FROM audit.notes;
COMMENT ON VIEW audit_api.notes IS 'What people noted on calls';
COMMENT ON COLUMN audit_api.notes.id IS 'grows with each row';
COMMENT ON COLUMN audit_api.notes.at IS 'when it was noted';
COMMENT ON COLUMN audit_api.notes.call_id IS 'the call''s id';
COMMENT ON COLUMN audit_api.notes.author IS 'name of the token';
COMMENT ON COLUMN audit_api.notes.settles IS 'done or not_done, where the note settles an unknown call';
COMMENT ON COLUMN audit_api.notes.text IS 'what was noted';

CREATE VIEW audit_api.state AS
    SELECT closed_before AS no_open_before, done_before AS counted_before FROM audit.reconciliation, audit.rollup_state;
COMMENT ON VIEW audit_api.state IS 'One row: how far the trail is looked after';
COMMENT ON COLUMN audit_api.state.no_open_before IS 'no call that arrived before this is open';
COMMENT ON COLUMN audit_api.state.counted_before IS 'calls before this are in the aggregates; later ones are counted as they are asked for';

-- Aggregates by minute, hour and day: kept ones, and what they lack counted from the calls. `at` and `dimension` choose what is counted.
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
            CREATE VIEW audit_api.%1$I AS
            SELECT at, dimension, value, calls, errors, errors / calls::double precision AS error_rate, request_bytes, response_bytes,
                   p50_us / 1000::double precision AS p50_ms, p95_us / 1000::double precision AS p95_ms, p99_us / 1000::double precision AS p99_ms
            FROM (SELECT at, dimension, value, calls, errors, request_bytes, response_bytes, p50_us, p95_us, p99_us
                  FROM audit.rollups WHERE grain = %2$L AND at < (SELECT %4$s FROM audit.rollup_state)
                  UNION ALL
                  SELECT b.at, d.dimension, l.value, l.calls, l.errors, l.request_bytes, l.response_bytes, l.p50_us, l.p95_us, l.p99_us
                  FROM generate_series((SELECT %4$s FROM audit.rollup_state), now() + interval '1 minute', interval %3$L) AS b (at)
                  CROSS JOIN (VALUES %5$s) AS d (dimension)
                  CROSS JOIN LATERAL audit.count_live(b.at, b.at + interval %3$L, d.dimension) AS l) AS both_parts
            $sql$, item.view_name, item.grain, item.step, item.done, item.dimensions);
        EXECUTE format('COMMENT ON COLUMN audit_api.%I.at IS %L', item.view_name,
                       'first instant of the ' || substr(item.view_name, 10) || CASE item.grain WHEN '1d' THEN ' (a GMT+8 day)' ELSE '' END);
        EXECUTE format('COMMENT ON COLUMN audit_api.%I.dimension IS %L', item.view_name,
                       'what the calls are told apart by: ' || translate(item.dimensions, '()', '') || '; '''' is all calls together. Always choose one');
        EXECUTE format($c$
            COMMENT ON VIEW audit_api.%1$I IS 'Calls that have ended, counted by the %2$s of their arrival. Always choose at and dimension';
            COMMENT ON COLUMN audit_api.%1$I.value IS 'the dimension''s value; '''' where the call has none';
            COMMENT ON COLUMN audit_api.%1$I.calls IS 'calls';
            COMMENT ON COLUMN audit_api.%1$I.errors IS 'of these, neither success nor accepted';
            COMMENT ON COLUMN audit_api.%1$I.error_rate IS 'errors / calls, 0 to 1';
            COMMENT ON COLUMN audit_api.%1$I.request_bytes IS 'bytes of the requests to TOP';
            COMMENT ON COLUMN audit_api.%1$I.response_bytes IS 'bytes of TOP''s answers';
            COMMENT ON COLUMN audit_api.%1$I.p50_ms IS 'median of duration_ms, exact';
            COMMENT ON COLUMN audit_api.%1$I.p95_ms IS '95 of 100 calls took at most so many milliseconds, exact';
            COMMENT ON COLUMN audit_api.%1$I.p99_ms IS '99 of 100 calls took at most so many milliseconds, exact';
            $c$, item.view_name, substr(item.view_name, 10));
    END LOOP;
END $outer$;

-- Lets the role toprelay_dashboards read the views, and makes it where that is allowed: managed databases often forbid it. Returns whether it can read them all.
-- Roles belong to the cluster: two databases may be migrated at once, and both make it.
CREATE FUNCTION audit.open_to_dashboards() RETURNS boolean
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    item name;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('toprelay.audit.dashboards'));
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'toprelay_dashboards') THEN
        BEGIN
            CREATE ROLE toprelay_dashboards NOLOGIN;
        EXCEPTION
            WHEN duplicate_object OR unique_violation THEN NULL;
            WHEN insufficient_privilege OR feature_not_supported THEN RETURN false;
        END;
    END IF;
    BEGIN
        IF NOT has_schema_privilege('toprelay_dashboards', 'audit_api', 'USAGE') THEN
            GRANT USAGE ON SCHEMA audit_api TO toprelay_dashboards;
        END IF;
        FOR item IN SELECT relname FROM pg_class WHERE relnamespace = 'audit_api'::regnamespace AND relkind = 'v'
                    AND NOT has_table_privilege('toprelay_dashboards', oid, 'SELECT') LOOP
            EXECUTE format('GRANT SELECT ON audit_api.%I TO toprelay_dashboards', item);
        END LOOP;
    EXCEPTION WHEN insufficient_privilege THEN RETURN false;
    END;
    RETURN true;
END $$;

DO $$
BEGIN
    IF NOT audit.open_to_dashboards() THEN
        RAISE NOTICE 'There is no role toprelay_dashboards. For dashboards: CREATE ROLE toprelay_dashboards NOLOGIN; SELECT audit.open_to_dashboards();';
    END IF;
END $$;
