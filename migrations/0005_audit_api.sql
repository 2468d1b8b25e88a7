-- The interface for dashboards: views that stay stable while the tables change, and a role that reads nothing
-- else.
--
-- A view reads tables with the rights of its owner. Further look-ups are functions with the owner's rights. The tables
-- of the trail have hundreds of partitions, and a statement without a constant range of time must plan and lock all of
-- them.

CREATE SCHEMA audit_api;
COMMENT ON SCHEMA audit_api IS
    'The audit trail for dashboards. Columns are only added. Always give a constant range of time: at BETWEEN … AND …';

-- Whether the replica that made a call has recorded how it ended. The reconciler's row does not count then.
CREATE FUNCTION audit.is_superseded(call_at timestamptz, call_id uuid) RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM audit.calls WHERE at = call_at AND id = call_id AND source = 1);
END $$;

-- The calls that have ended, as far back as calls may still be open.
CREATE FUNCTION audit.ended_lately() RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp ROWS 10000 AS $$
DECLARE
    lower timestamptz := (SELECT closed_before FROM audit.reconciliation);
BEGIN
    RETURN QUERY EXECUTE format('SELECT id FROM audit.calls WHERE at >= %L', lower);
END $$;

-- Counts the calls of a range of time by one dimension, as audit.count_buckets does.
CREATE FUNCTION audit.count_live(lower timestamptz, upper timestamptz, dimension text)
    RETURNS TABLE (value text, calls bigint, errors bigint, request_bytes bigint, response_bytes bigint,
                   p50_us bigint, p95_us bigint, p99_us bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp ROWS 10 AS $$
BEGIN
    IF dimension NOT IN ('', 'method', 'app', 'outcome', 'sub_code', 'seller', 'caller') THEN
        RETURN;
    END IF;
    RETURN QUERY EXECUTE format($q$
        SELECT value, calls, errors, sent::bigint, received::bigint, q[1], q[2], q[3]
        FROM (SELECT %s AS value, count(*) AS calls,
                     count(*) FILTER (WHERE outcome NOT IN ('success', 'accepted')) AS errors,
                     sum(request_bytes) AS sent, sum(response_bytes) AS received,
                     percentile_disc(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY duration_us) AS q
              FROM audit.calls
              WHERE at >= %L AND at < %L AND (source = 1 OR NOT audit.is_superseded(at, id)) GROUP BY 1) AS counted
        $q$, CASE dimension WHEN '' THEN '''''::text' ELSE format('coalesce(%I, '''')', dimension) END, lower, upper);
END $$;

-- audit.uncounted_days() for views, whose readers have no rights on tables.
CREATE FUNCTION audit.days_to_count() RETURNS date[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ARRAY(SELECT audit.uncounted_days());
END $$;

-- One list under one condition, instead of two lists with a condition each. The planner then sees through the view. It
-- walks an index in order for `ORDER BY at LIMIT n`, and omits the intents if a condition rules them out.
CREATE VIEW audit_api.calls AS
    SELECT id, at, finished_at, caller, app, seller, method, outcome, status, code, sub_code, message,
           duration_us / 1000::double precision AS duration_ms, top_us / 1000::double precision AS top_ms,
           audit_us / 1000::double precision AS audit_ms, attempts, top_request_id, request_id, refs, client_request_id,
           request_bytes, response_bytes, retryable,
           (SELECT settles FROM audit.notes AS n
            WHERE n.call = both_parts.id AND settles IS NOT NULL ORDER BY n.id DESC LIMIT 1) AS settled
    FROM (SELECT id, at, finished_at, caller, app, seller, method, outcome, status, code, sub_code, message,
                 duration_us, top_us, audit_us, attempts, top_request_id, request_id, refs, client_request_id,
                 request_bytes, response_bytes, retryable, source, false AS is_open
          FROM audit.calls
          UNION ALL
          SELECT id, at, NULL, caller, app, seller, method, 'open', NULL, NULL, NULL, NULL,
                 NULL, NULL, NULL, NULL, NULL, request_id, refs, client_request_id,
                 NULL, NULL, NULL, NULL, true
          FROM audit.intents) AS both_parts
    WHERE (is_open OR source = 1 OR NOT audit.is_superseded(at, id))
      AND (NOT is_open OR at >= (SELECT closed_before FROM audit.reconciliation))
      AND (NOT is_open OR id NOT IN (SELECT audit.ended_lately()));

CREATE VIEW audit_api.unknown_calls AS
    SELECT id, at, finished_at, caller, app, seller, method, status, code, sub_code, message, duration_ms,
           top_request_id, request_id, refs, client_request_id
    FROM audit_api.calls AS c
    WHERE outcome = 'unknown'
      AND NOT EXISTS (SELECT FROM audit.notes AS n WHERE n.call = c.id AND n.settles IS NOT NULL);

COMMENT ON VIEW audit_api.calls IS
    'One row per call, including calls under way. Give a range of time: at BETWEEN … AND …';
COMMENT ON VIEW audit_api.unknown_calls IS
    'Calls that TOP may have executed, without a note that settles them. Columns as in audit_api.calls';

-- Columns of both views have the same comments.
DO $outer$
DECLARE
    item record;
BEGIN
    FOR item IN
        SELECT c.table_name, v.*
        FROM (VALUES
            ('id', 'UUIDv7 of the call, as in the reply to the caller, /console?id=… and GET /v1/audit/calls/{id}'),
            ('at', 'when the call arrived, to the millisecond'),
            ('finished_at', 'when the call ended; NULL while it is open'),
            ('caller', 'name of the token'),
            ('app', 'name of the app that signed the call'),
            ('seller', 'the seller whose session was used; NULL: none'),
            ('method', 'TOP method'),
            ('outcome', 'open (under way), success, accepted, partial, business_failure, rejected, …, '
                        'unknown (TOP may have executed it)'),
            ('status', 'HTTP status of the reply to the caller; NULL while the call is open'),
            ('code', 'code of TOP''s error'),
            ('sub_code', 'sub_code of TOP''s error'),
            ('message', 'message from TOP or the transport, masked'),
            ('duration_ms', 'milliseconds from the arrival of the call to its end'),
            ('top_ms', 'part of duration_ms: from the first byte sent to TOP to the last byte read; '
                       'NULL: nothing was sent'),
            ('audit_ms', 'part of duration_ms: spent waiting for the commit of the intent'),
            ('attempts', 'how often the request was given to the network: 0 or 1'),
            ('top_request_id', 'TOP''s id of the request'),
            ('request_id', 'idempotency id of the method'),
            ('refs', 'document numbers from the caller (Top-Ref)'),
            ('client_request_id', 'X-Request-Id from the caller'),
            ('request_bytes', 'bytes of the request to TOP'),
            ('response_bytes', 'bytes of TOP''s response'),
            ('retryable', 'whether the caller was told that a repeat cannot execute it twice'),
            ('settled', 'what a person found out, from the last note that settles the call: done or not_done')
        ) AS v (column_name, meaning)
        JOIN information_schema.columns AS c USING (column_name)
        WHERE c.table_schema = 'audit_api' AND c.table_name IN ('calls', 'unknown_calls')
    LOOP
        EXECUTE format('COMMENT ON COLUMN audit_api.%I.%I IS %L', item.table_name, item.column_name, item.meaning);
    END LOOP;
END $outer$;

CREATE VIEW audit_api.refusals AS
    SELECT id, at, caller, method, app, seller, status, type, pointers, refs, client_request_id FROM audit.refusals;
COMMENT ON VIEW audit_api.refusals IS 'Requests that never became calls, recorded with best effort and kept for 7 days';
COMMENT ON COLUMN audit_api.refusals.id IS 'grows with each row';
COMMENT ON COLUMN audit_api.refusals.at IS 'when the request was rejected';
COMMENT ON COLUMN audit_api.refusals.caller IS 'name of the token; NULL: no valid token';
COMMENT ON COLUMN audit_api.refusals.method IS 'TOP method, as far as the request named it';
COMMENT ON COLUMN audit_api.refusals.app IS 'app, as far as the request named it';
COMMENT ON COLUMN audit_api.refusals.seller IS 'seller, as far as the request named it';
COMMENT ON COLUMN audit_api.refusals.status IS 'HTTP status of the reply to the caller';
COMMENT ON COLUMN audit_api.refusals.type IS 'type of the problem document: invalid-parameters, throttled, …';
COMMENT ON COLUMN audit_api.refusals.pointers IS 'JSON pointers to the faults; never values';
COMMENT ON COLUMN audit_api.refusals.refs IS 'document numbers from the caller (Top-Ref)';
COMMENT ON COLUMN audit_api.refusals.client_request_id IS 'X-Request-Id from the caller';

CREATE VIEW audit_api.notes AS
    SELECT id, noted_at AS at, call AS call_id, author, settles, text FROM audit.notes;
COMMENT ON VIEW audit_api.notes IS 'Notes of people on calls';
COMMENT ON COLUMN audit_api.notes.id IS 'grows with each row';
COMMENT ON COLUMN audit_api.notes.at IS 'when the note was written';
COMMENT ON COLUMN audit_api.notes.call_id IS 'id of the call';
COMMENT ON COLUMN audit_api.notes.author IS 'name of the token';
COMMENT ON COLUMN audit_api.notes.settles IS 'done or not_done, if the note settles an unknown call';
COMMENT ON COLUMN audit_api.notes.text IS 'text of the note';

CREATE VIEW audit_api.state AS
    SELECT closed_before AS no_open_before, done_before AS counted_before FROM audit.reconciliation, audit.rollup_state;
COMMENT ON VIEW audit_api.state IS 'One row: how far reconciliation and statistics have come';
COMMENT ON COLUMN audit_api.state.no_open_before IS 'no call that arrived before this instant is open';
COMMENT ON COLUMN audit_api.state.counted_before IS
    'the statistics include the calls before this instant; later calls are counted on request';

-- Statistics by minute, hour and day. Kept figures are used where they exist. Calls after `done_before`, and those of
-- days whose figures may be wrong, are counted when a dashboard asks for them.
DO $outer$
DECLARE
    item record;
BEGIN
    FOR item IN SELECT * FROM (VALUES
        ('calls_by_minute', '1m', '1 minute', $e$date_trunc('minute', done_before, 'UTC')$e$,
         $d$(''), ('method'), ('app'), ('outcome'), ('sub_code')$d$),
        ('calls_by_hour', '1h', '1 hour', $e$date_trunc('hour', done_before, 'UTC')$e$,
         $d$(''), ('method'), ('app'), ('outcome'), ('sub_code'), ('seller'), ('caller')$d$),
        ('calls_by_day', '1d', '24 hours',
         $e$date_trunc('day', done_before + interval '8 hours', 'UTC') - interval '8 hours'$e$,
         $d$(''), ('method'), ('app'), ('outcome'), ('sub_code'), ('seller'), ('caller')$d$)
    ) AS v (view_name, grain, step, done, dimensions) LOOP
        EXECUTE format($sql$
            CREATE VIEW audit_api.%1$I AS
            SELECT at, dimension, value, calls, errors, errors / calls::double precision AS error_rate, request_bytes,
                   response_bytes, p50_us / 1000::double precision AS p50_ms, p95_us / 1000::double precision AS p95_ms,
                   p99_us / 1000::double precision AS p99_ms
            FROM (SELECT at, dimension, value, calls, errors, request_bytes, response_bytes, p50_us, p95_us, p99_us
                  FROM audit.rollups
                  WHERE grain = %2$L AND at < (SELECT %4$s FROM audit.rollup_state)
                    AND audit.day(at) <> ALL ((SELECT audit.days_to_count())::date[])
                  UNION ALL
                  SELECT b.at, d.dimension, l.value, l.calls, l.errors, l.request_bytes, l.response_bytes, l.p50_us,
                         l.p95_us, l.p99_us
                  FROM generate_series((SELECT %4$s FROM audit.rollup_state), now() + interval '1 minute',
                                       interval %3$L) AS b (at)
                  CROSS JOIN (VALUES %5$s) AS d (dimension)
                  CROSS JOIN LATERAL audit.count_live(b.at, b.at + interval %3$L, d.dimension) AS l
                  UNION ALL
                  SELECT b.at, d.dimension, l.value, l.calls, l.errors, l.request_bytes, l.response_bytes, l.p50_us,
                         l.p95_us, l.p99_us
                  FROM unnest(audit.days_to_count()) AS u (day)
                  CROSS JOIN LATERAL generate_series(
                      audit.day_start(u.day), audit.day_start(u.day + 1) - interval %3$L, interval %3$L) AS b (at)
                  CROSS JOIN (VALUES %5$s) AS d (dimension)
                  CROSS JOIN LATERAL audit.count_live(b.at, b.at + interval %3$L, d.dimension) AS l) AS parts
            $sql$, item.view_name, item.grain, item.step, item.done, item.dimensions);
        EXECUTE format('COMMENT ON COLUMN audit_api.%I.at IS %L', item.view_name,
                       'first instant of the ' || substr(item.view_name, 10)
                       || CASE item.grain WHEN '1d' THEN ' (a GMT+8 day)' ELSE '' END);
        EXECUTE format('COMMENT ON COLUMN audit_api.%I.dimension IS %L', item.view_name,
                       'how the calls are grouped: ' || translate(item.dimensions, '()', '')
                       || '; '''' is all calls together. Always choose one');
        EXECUTE format($c$
            COMMENT ON VIEW audit_api.%1$I IS
                'Calls that have ended, counted by the %2$s of their arrival. Always choose at and dimension';
            COMMENT ON COLUMN audit_api.%1$I.value IS 'value of the dimension; '''' if the call has none';
            COMMENT ON COLUMN audit_api.%1$I.calls IS 'number of calls';
            COMMENT ON COLUMN audit_api.%1$I.errors IS 'calls that are neither success nor accepted';
            COMMENT ON COLUMN audit_api.%1$I.error_rate IS 'errors / calls, 0 to 1';
            COMMENT ON COLUMN audit_api.%1$I.request_bytes IS 'bytes of the requests to TOP';
            COMMENT ON COLUMN audit_api.%1$I.response_bytes IS 'bytes of TOP''s responses';
            COMMENT ON COLUMN audit_api.%1$I.p50_ms IS 'median of duration_ms, exact';
            COMMENT ON COLUMN audit_api.%1$I.p95_ms IS '95th percentile of duration_ms, exact';
            COMMENT ON COLUMN audit_api.%1$I.p99_ms IS '99th percentile of duration_ms, exact';
            $c$, item.view_name, substr(item.view_name, 10));
    END LOOP;
END $outer$;

-- Lets the role toprelay_dashboards read the views. Makes the role if the server allows it, which managed databases
-- often do not. Returns whether the role can read every view. Roles belong to the cluster, so two databases that are
-- migrated at once may both make it.
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
        RAISE NOTICE
            'Role toprelay_dashboards does not exist. As an administrator, run: '
            'CREATE ROLE toprelay_dashboards NOLOGIN; SELECT audit.open_to_dashboards();';
    END IF;
END $$;
