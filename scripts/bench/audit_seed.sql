-- A trail of many calls, the same for the same seed: psql -v rows=10000000 -v days=30 -v seed=0.42 -f scripts/bench/audit_seed.sql DATABASE
--
-- Twelve methods, four apps, forty callers, two thousand sellers (few of them busy), 3 % failures, 1 % slow calls, two business keys a call.
-- Each day is a transaction of its own, and the newest has its intents too.
\set ON_ERROR_STOP on
SELECT setseed(:seed);
SELECT count(audit.make_partitions(audit.day(now()) - n)) FROM generate_series(0, :days) AS n;
CREATE OR REPLACE FUNCTION pg_temp.seed(day date, count integer) RETURNS void LANGUAGE sql AS $$
    INSERT INTO audit.calls (id, at, source, finished_at, caller, app, seller, method, outcome, status, code, sub_code, duration_us, top_us, audit_us,
                             attempts, top_request_id, refs, client_request_id, request_bytes, response_bytes, keys, key_version)
    SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(hash, 1, 3) || '8' || substr(hash, 4, 15))::uuid, at, 1,
           at + duration * interval '1 microsecond', 'caller-' || (40 * r1 * r1)::int, 'app-' || (4 * r2 * r2 * r2)::int,
           CASE WHEN r3 < 0.9 THEN 'seller-' || (2000 * r3 * r3 * r3)::int END, 'demo.method.n' || (12 * r4 * r4)::int,
           CASE WHEN r5 > 0.03 THEN 'success' WHEN r5 > 0.01 THEN 'rejected' WHEN r5 > 0.003 THEN 'unknown' ELSE 'throttled' END,
           CASE WHEN r5 > 0.03 THEN 200 WHEN r5 > 0.01 THEN 422 WHEN r5 > 0.003 THEN 504 ELSE 429 END,
           CASE WHEN r5 <= 0.03 THEN '15' END, CASE WHEN r5 <= 0.03 THEN 'isv.fault-' || (20 * r6)::int END, duration, duration - 900, 700, 1,
           substr(hash, 8, 14), CASE WHEN r6 < 0.3 THEN ARRAY['SO' || n] END, CASE WHEN r6 < 0.2 THEN 'web-' || hash END, 800, 400,
           ARRAY[(r7 * 1e6)::bigint, -(r6 * 1e7)::bigint], 1
    FROM (SELECT n, audit.day_start(day) + date_trunc('milliseconds', n * (interval '1 day' / count)) AS at, md5(n || ' ' || day) AS hash,
                 random() AS r1, random() AS r2, random() AS r3, random() AS r4, random() AS r5, random() AS r6, random() AS r7,
                 (20000 * exp(4.2 * random() * random()))::bigint + CASE WHEN random() < 0.01 THEN (random() * 2e7)::bigint ELSE 0 END AS duration
          FROM generate_series(0, count - 1) AS n) AS drawn
    WHERE at < now()
$$;
SELECT format('SELECT pg_temp.seed(audit.day(now()) - %s, %s)', n, :rows / :days) FROM generate_series(:days - 1, 0, -1) AS n
\gexec
INSERT INTO audit.intents (id, at, deadline, replica, caller, app, seller, method, refs, client_request_id, request)
SELECT id, at, at + interval '30 seconds', 'seed', caller, app, seller, method, refs, client_request_id, '{}' FROM audit.calls
WHERE at >= audit.day_start(audit.day(now()));
UPDATE audit.reconciliation SET closed_before = now() - interval '2 minutes';
VACUUM (ANALYZE) audit.calls;
