-- A trail of many calls through the service's own tables, the same for the same seed:
--
--     psql -v rows=10000000 -v days=30 -v seed=0.42 -v bodies=2 -v part=0 -v parts=1 -f scripts/bench/audit_seed.sql DATABASE
--
-- Twelve methods, five apps, forty callers, two thousand sellers (few of them busy), a rush by day and quiet nights,
-- 3 % failures, 1 % slow calls, document numbers in a third, five business keys a call. The newest `bodies` days have
-- their requests and answers too. Where there is a table bench_things (n, keys), which audit_bench.py fills from real
-- calls, one call in a hundred touched one of those things, so that a search by key finds it.
--
-- Each day is a transaction with a seed of its own, so that several processes can share the days: `part` of `parts`.
\set ON_ERROR_STOP on
SET synchronous_commit = off;
SET jit = off;
SET work_mem = '64MB';
CREATE TABLE IF NOT EXISTS public.bench_things (n integer PRIMARY KEY, keys bigint[] NOT NULL);
SELECT count(audit.make_partitions(audit.day(now()) - n)) FROM generate_series(0, :days) AS n;

-- Draws one day's calls into a table that lives as long as its transaction.
CREATE OR REPLACE FUNCTION pg_temp.draw(day date, count integer, seed double precision) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    things integer := (SELECT count(*) FROM public.bench_things);
BEGIN
    PERFORM setseed(seed);
    CREATE TEMPORARY TABLE drawn ON COMMIT DROP AS
    SELECT n, at, hash, (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(hash, 1, 3) || '8' || substr(hash, 4, 15))::uuid AS id,
           random() AS r1, random() AS r2, random() AS r3, random() AS r4, random() AS r5, random() AS r6,
           (1e6 * random())::integer AS car, CASE WHEN random() < 0.01 THEN (things * random())::integer ELSE -1 END AS thing,
           (20000 * exp(4.2 * random() * random()))::bigint + CASE WHEN random() < 0.01 THEN (random() * 2e7)::bigint ELSE 0 END AS duration
    FROM (SELECT n, md5(n || ' ' || day) AS hash, audit.day_start(day) + date_trunc('milliseconds', interval '1 day' * ((n + 0.09 * count * (1 - cos(6.2831853 * n / count))) / count))
          AS at FROM generate_series(0, count - 1) AS n) AS moments
    WHERE at < now();
END $$;

CREATE OR REPLACE FUNCTION pg_temp.put(with_bodies boolean) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit.calls (id, at, source, finished_at, caller, app, seller, method, outcome, status, code, sub_code, message, duration_us, top_us, audit_us,
                             attempts, top_request_id, refs, client_request_id, request_bytes, response_bytes, keys, key_version)
    SELECT id, at, 1,
           at + duration * interval '1 microsecond', 'caller-' || (40 * r1 * r1)::int, 'app-' || (4 * r2 * r2 * r2)::int,
           CASE WHEN r3 < 0.9 THEN 'seller-' || (2000 * r3 * r3 * r3)::int END, 'demo.method.n' || (12 * r4 * r4)::int,
           CASE WHEN r5 > 0.1 THEN 'success' WHEN r5 > 0.03 THEN 'accepted' WHEN r5 > 0.01 THEN 'rejected' WHEN r5 > 0.003 THEN 'unknown' ELSE 'throttled' END,
           CASE WHEN r5 > 0.03 THEN 200 WHEN r5 > 0.01 THEN 422 WHEN r5 > 0.003 THEN 504 ELSE 429 END,
           CASE WHEN r5 <= 0.003 THEN '7' WHEN r5 <= 0.03 THEN '15' END, CASE WHEN r5 <= 0.03 THEN 'isv.fault-' || (20 * r6)::int END,
           CASE WHEN r5 <= 0.03 THEN 'The platform said no.' END, duration, duration - 900, 700, 1, '16fx' || substr(hash, 8, 10),
           CASE WHEN r6 < 0.3 THEN ARRAY['SO' || to_char(at, 'YYMMDD') || d.n] END, CASE WHEN r6 < 0.2 THEN 'web-' || hash END, 800, 400,
           coalesce(t.keys, ARRAY[hashtextextended('a' || car, 0), hashtextextended('b' || car, 0), hashtextextended('c' || car, 0),
                                  hashtextextended('d' || car, 0), hashtextextended('e' || car, 0)]), 1
    FROM drawn AS d LEFT JOIN public.bench_things AS t ON t.n = thing ORDER BY at;
    INSERT INTO audit.intents (id, at, deadline, replica, caller, app, seller, method, refs, client_request_id, request, keys, key_version)
    SELECT c.id, c.at, c.at + interval '30 seconds', 'seed', caller, app, seller, method, refs, client_request_id,
           '{"list":{"car_license":"***","acid":50006718,"channel_profile_id":"' || substr(hash, 1, 8) || '","mileage":100},"phone":"138****0000"}', keys, 1
    FROM audit.calls AS c JOIN drawn AS d ON d.id = c.id AND d.at = c.at
    WHERE with_bodies AND c.at >= (SELECT min(at) FROM drawn) AND c.at <= (SELECT max(at) FROM drawn);
    INSERT INTO audit.responses (id, at, response)
    SELECT id, at, '{"tmall_aliauto_carprofile_sync_response":{"is_success":true,"errcode":"0000","errmsg":"ok","request_id":"16fx' || substr(hash, 8, 10) || '"}}'
    FROM drawn WHERE with_bodies;
END $$;

SELECT format('BEGIN; SELECT pg_temp.draw(audit.day(now()) - %1$s, %2$s, (%3$s + %1$s * 0.0173) %% 1); SELECT pg_temp.put(%4$L); COMMIT',
              n, :rows / :days, :seed::numeric, n < :bodies)
FROM generate_series(:days - 1, 0, -1) AS n WHERE n % :parts = :part
\gexec
SELECT format('VACUUM (ANALYZE) audit.%I', relname) FROM pg_class
WHERE relnamespace = 'audit'::regnamespace AND relkind = 'r' AND relname ~ '^(calls|intents|responses)_[0-9]{8}$'
  AND to_date(right(relname, 8), 'YYYYMMDD') <= audit.day(now()) AND (audit.day(now()) - to_date(right(relname, 8), 'YYYYMMDD')) % :parts = :part
\gexec
