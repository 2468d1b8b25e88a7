-- One index for all values that people search by, instead of one for each. A GIN index collects new rows in a list and
-- sorts many of them at once. docs/adr/0019-one-index-of-tags.md has the figures.
--
-- This builds the index for every existing day. Writers wait meanwhile, a few seconds for a million calls.

DROP INDEX audit.calls_method, audit.calls_seller, audit.calls_caller, audit.calls_app, audit.calls_top_request, audit.calls_client_request,
    audit.calls_status, audit.calls_code, audit.calls_sub_code;

-- Hashes of the values that find a call. Each kind of value has its own seed. A search compares the values themselves
-- too. PostgreSQL inlines the function, so it costs nothing to call.
CREATE FUNCTION audit.tags(caller text, app text, seller text, method text, status smallint, code text, sub_code text, top_request_id text,
                           client_request_id text) RETURNS bigint[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ARRAY[hashtextextended(caller, 1), hashtextextended(app, 2), hashtextextended(seller, 3), hashtextextended(method, 4),
                 hashint2extended(nullif(status, 200::smallint), 5), hashtextextended(code, 6), hashtextextended(sub_code, 7),
                 hashtextextended(top_request_id, 8), hashtextextended(client_request_id, 9)]
$$;

CREATE INDEX calls_tags ON audit.calls
    USING gin (audit.tags(caller, app, seller, method, status, code, sub_code, top_request_id, client_request_id));

-- The first instant of the oldest partition of calls, or now() without partitions.
CREATE OR REPLACE FUNCTION audit.oldest() RETURNS timestamptz
    LANGUAGE sql STABLE AS $$
    SELECT coalesce(audit.day_start(to_date(min(right(c.relname, 8)), 'YYYYMMDD')), now())
    FROM pg_catalog.pg_inherits AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'audit.calls'::regclass AND c.relname ~ '^calls_[0-9]{8}$'
$$;
