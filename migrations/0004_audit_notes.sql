-- Notes, rejected requests, and retention.

-- Rejected requests: best effort and capped, kept for 7 days. They answer "why was order X not sent?".
CREATE TABLE audit.refusals (
    id                 bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at                 timestamptz NOT NULL,
    caller             text,                   -- name of the token; NULL: unknown
    method             text        NOT NULL,
    app                text,
    seller             text,
    status             smallint    NOT NULL,
    type               text        NOT NULL,   -- the problem's type
    pointers           text[]      NOT NULL,   -- where the request was wrong, never its values
    refs               text[]      NOT NULL,
    client_request_id  text
);
CREATE INDEX refusals_at ON audit.refusals (at);
CREATE INDEX refusals_refs ON audit.refusals USING gin (refs);

-- Notes on calls, which are added and never changed. A note can settle how an unknown call ended.
CREATE TABLE audit.notes (
    id       bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    call     uuid        NOT NULL,
    noted_at timestamptz NOT NULL DEFAULT now(),
    author   text        NOT NULL,   -- name of the token
    settles  text        CHECK (settles IN ('done', 'not_done')),
    text     text        NOT NULL CHECK (char_length(text) BETWEEN 1 AND 2000)
);
CREATE INDEX notes_call ON audit.notes (call);

-- The partitions whose whole day is older than the given number of days, the oldest first.
CREATE FUNCTION audit.expired(parent text, days integer, instant timestamptz DEFAULT now()) RETURNS SETOF text
    LANGUAGE sql STABLE AS $$
    SELECT relname::text FROM pg_catalog.pg_class
    WHERE relnamespace = 'audit'::regnamespace AND relkind = 'r' AND relname ~ ('^' || parent || '_[0-9]{8}$')
      AND audit.day_start(to_date(right(relname, 8), 'YYYYMMDD') + 1) <= instant - days * interval '1 day'
    ORDER BY relname
$$;
