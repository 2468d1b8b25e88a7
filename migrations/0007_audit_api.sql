-- Views for dashboards, which stay stable while the tables change, and a role that can read nothing else.
--
-- Views read tables as their owner. Additional look-ups are functions with the owner's rights. The tables have hundreds
-- of partitions, and a statement without a constant time range plans and locks them all.

CREATE SCHEMA audit_api;
COMMENT ON SCHEMA audit_api IS 'The audit trail for dashboards. Columns are only added. Always give a constant time range: at BETWEEN … AND …';

-- Whether the replica of a call has written its completion. The reconciler's row then does not count.
CREATE FUNCTION audit.is_superseded(call_at timestamptz, call_id uuid) RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM audit.calls WHERE at = call_at AND id = call_id AND source = 1);
END $$;

-- The calls that have ended since the watermark, the time in which calls can be open.
CREATE FUNCTION audit.ended_lately() RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp ROWS 10000 AS $$
DECLARE
    lower timestamptz := (SELECT closed_before FROM audit.reconciliation);
BEGIN
    RETURN QUERY EXECUTE format('SELECT id FROM audit.calls WHERE at >= %L', lower);
END $$;

-- Counts calls of a time range by one dimension, like audit.count_bucket.
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

-- One list under one condition instead of two lists with a condition each. The planner can then walk an index in order
-- for `ORDER BY at LIMIT n`, and skip the intents if a condition excludes them.
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

COMMENT ON VIEW audit_api.calls IS 'One row for each call, open ones included. Give a constant time range: at BETWEEN … AND …';
COMMENT ON COLUMN audit_api.calls.id IS 'UUIDv7 of the call: the id in the response, in /console?id=… and in GET /v1/audit/calls/{id}';
COMMENT ON COLUMN audit_api.calls.at IS 'when the call arrived, to the millisecond';
COMMENT ON COLUMN audit_api.calls.finished_at IS 'when it ended; NULL while it is open';
COMMENT ON COLUMN audit_api.calls.caller IS 'name of the token of the caller';
COMMENT ON COLUMN audit_api.calls.app IS 'name of the app that signed it';
COMMENT ON COLUMN audit_api.calls.seller IS 'the seller whose session was used; NULL: none';
COMMENT ON COLUMN audit_api.calls.method IS 'TOP method';
COMMENT ON COLUMN audit_api.calls.outcome IS 'how it ended: open (in progress), success, accepted, partial, business_failure, rejected, …, unknown (it may have been done)';
COMMENT ON COLUMN audit_api.calls.status IS 'HTTP status of the response to the caller; NULL while it is open';
COMMENT ON COLUMN audit_api.calls.code IS 'TOP''s code of an error';
COMMENT ON COLUMN audit_api.calls.sub_code IS 'TOP''s sub_code of an error';
COMMENT ON COLUMN audit_api.calls.message IS 'text from TOP or the transport, masked';
COMMENT ON COLUMN audit_api.calls.duration_ms IS 'milliseconds from its arrival to its end';
COMMENT ON COLUMN audit_api.calls.top_ms IS 'of these, milliseconds from the first byte sent to TOP to the last byte read; NULL: nothing was sent';
COMMENT ON COLUMN audit_api.calls.audit_ms IS 'of these, milliseconds that it waited for the commit of its intent';
COMMENT ON COLUMN audit_api.calls.attempts IS 'how often it was sent: 0 or 1';
COMMENT ON COLUMN audit_api.calls.top_request_id IS 'TOP''s own id of the request';
COMMENT ON COLUMN audit_api.calls.request_id IS 'the method''s idempotency id';
COMMENT ON COLUMN audit_api.calls.refs IS 'the caller''s document numbers (Top-Ref)';
COMMENT ON COLUMN audit_api.calls.client_request_id IS 'the caller''s X-Request-Id';
COMMENT ON COLUMN audit_api.calls.request_bytes IS 'bytes of the request to TOP';
COMMENT ON COLUMN audit_api.calls.response_bytes IS 'bytes of TOP''s response';
COMMENT ON COLUMN audit_api.calls.retryable IS 'whether the response said that a repeat cannot do it twice';
COMMENT ON COLUMN audit_api.calls.settled IS 'done or not_done, by the last note that settles it';

CREATE VIEW audit_api.unknown_calls AS
    SELECT id, at, finished_at, caller, app, seller, method, status, code, sub_code, message, duration_ms, top_request_id, request_id, refs,
           client_request_id
    FROM audit_api.calls AS c
    WHERE outcome = 'unknown' AND NOT EXISTS (SELECT FROM audit.notes AS n WHERE n.call = c.id AND n.settles IS NOT NULL);
COMMENT ON VIEW audit_api.unknown_calls IS 'Calls that may have been done, and that no note has settled. Columns as in audit_api.calls';

CREATE VIEW audit_api.refusals AS
    SELECT id, at, caller, method, app, seller, status, type, pointers, refs, client_request_id FROM audit.refusals;
COMMENT ON VIEW audit_api.refusals IS 'Rejected requests of the last 7 days, best effort';
COMMENT ON COLUMN audit_api.refusals.id IS 'grows with each row';
COMMENT ON COLUMN audit_api.refusals.at IS 'when it was rejected';
COMMENT ON COLUMN audit_api.refusals.caller IS 'name of the token; NULL: unknown';
COMMENT ON COLUMN audit_api.refusals.method IS 'TOP method, if known';
COMMENT ON COLUMN audit_api.refusals.app IS 'app, if known';
COMMENT ON COLUMN audit_api.refusals.seller IS 'seller, if known';
COMMENT ON COLUMN audit_api.refusals.status IS 'HTTP status of the response to the caller';
COMMENT ON COLUMN audit_api.refusals.type IS 'type of the problem document: invalid-parameters, throttled, …';
COMMENT ON COLUMN audit_api.refusals.pointers IS 'JSON pointers to the faults, never values';
COMMENT ON COLUMN audit_api.refusals.refs IS 'the caller''s document numbers (Top-Ref)';
COMMENT ON COLUMN audit_api.refusals.client_request_id IS 'the caller''s X-Request-Id';

CREATE INDEX notes_noted_at ON audit.notes (noted_at);
CREATE VIEW audit_api.notes AS
    SELECT id, noted_at AS at, call AS call_id, author, settles, text FROM audit.notes;
COMMENT ON VIEW audit_api.notes IS 'Notes on calls';
COMMENT ON COLUMN audit_api.notes.id IS 'grows with each row';
COMMENT ON COLUMN audit_api.notes.at IS 'when it was noted';
COMMENT ON COLUMN audit_api.notes.call_id IS 'the call''s id';
COMMENT ON COLUMN audit_api.notes.author IS 'name of the token';
COMMENT ON COLUMN audit_api.notes.settles IS 'done or not_done, if the note settles the call';
COMMENT ON COLUMN audit_api.notes.text IS 'the note''s text';

CREATE VIEW audit_api.state AS
    SELECT closed_before AS no_open_before, done_before AS counted_before FROM audit.reconciliation, audit.rollup_state;
COMMENT ON VIEW audit_api.state IS 'One row: how far maintenance has come';
COMMENT ON COLUMN audit_api.state.no_open_before IS 'no call that arrived before this is open';
COMMENT ON COLUMN audit_api.state.counted_before IS 'the statistics contain calls before this; queries count later ones';

-- Statistics by minute, hour and day. What is not stored yet is counted from the calls. `at` and `dimension` select
-- what is counted.
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
                       'what the calls are grouped by: ' || translate(item.dimensions, '()', '') || '; '''' is all calls together. Always choose one');
        EXECUTE format($c$
            COMMENT ON VIEW audit_api.%1$I IS 'Calls that have ended, counted by the %2$s of their arrival. Always choose at and dimension';
            COMMENT ON COLUMN audit_api.%1$I.value IS 'the dimension''s value; '''' if the call has none';
            COMMENT ON COLUMN audit_api.%1$I.calls IS 'calls';
            COMMENT ON COLUMN audit_api.%1$I.errors IS 'of these, neither success nor accepted';
            COMMENT ON COLUMN audit_api.%1$I.error_rate IS 'errors / calls, 0 to 1';
            COMMENT ON COLUMN audit_api.%1$I.request_bytes IS 'bytes of the requests to TOP';
            COMMENT ON COLUMN audit_api.%1$I.response_bytes IS 'bytes of TOP''s responses';
            COMMENT ON COLUMN audit_api.%1$I.p50_ms IS 'median of duration_ms, exact';
            COMMENT ON COLUMN audit_api.%1$I.p95_ms IS '95 of 100 calls took at most this many milliseconds, exact';
            COMMENT ON COLUMN audit_api.%1$I.p99_ms IS '99 of 100 calls took at most this many milliseconds, exact';
            $c$, item.view_name, substr(item.view_name, 10));
    END LOOP;
END $outer$;

-- Lets the role toprelay_dashboards read the views, and creates it if that is allowed. Managed databases often forbid
-- it. Returns whether the role can read all views. Roles belong to the cluster, so two databases that are migrated at
-- once both create it.
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
