-- One index for all the values that people search by, in place of one for each of them: a GIN collects new rows in a list and sorts many of them in at once,
-- so that a call costs PostgreSQL a tenth of what nine trees cost. ARCHITECTURE.md, "Decisions", has the figures.
--
-- The index is built here for every day that there is: writers wait meanwhile, about two seconds for a million calls.

DROP INDEX audit.calls_method, audit.calls_seller, audit.calls_caller, audit.calls_app, audit.calls_top_request, audit.calls_client_request,
    audit.calls_status, audit.calls_code, audit.calls_sub_code;

-- What a call can be found by, as hashes; each kind of value has a seed of its own. A search compares the values themselves too. The function is expanded where
-- it is used, so that it costs no call.
CREATE FUNCTION audit.tags(caller text, app text, seller text, method text, status smallint, code text, sub_code text, top_request_id text,
                           client_request_id text) RETURNS bigint[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ARRAY[hashtextextended(caller, 1), hashtextextended(app, 2), hashtextextended(seller, 3), hashtextextended(method, 4),
                 hashint2extended(nullif(status, 200::smallint), 5), hashtextextended(code, 6), hashtextextended(sub_code, 7),
                 hashtextextended(top_request_id, 8), hashtextextended(client_request_id, 9)]
$$;

CREATE INDEX calls_tags ON audit.calls
    USING gin (audit.tags(caller, app, seller, method, status, code, sub_code, top_request_id, client_request_id));

-- The first instant for which there is a partition of calls; now() when there is none.
CREATE OR REPLACE FUNCTION audit.oldest() RETURNS timestamptz
    LANGUAGE sql STABLE AS $$
    SELECT coalesce(audit.day_start(to_date(min(right(c.relname, 8)), 'YYYYMMDD')), now())
    FROM pg_catalog.pg_inherits AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'audit.calls'::regclass AND c.relname ~ '^calls_[0-9]{8}$'
$$;
