-- Rejected requests that explain themselves, calls by trace id and request id, judged calls, and erasures.

-- What a rejected request was told, and every id that its caller may hold.
ALTER TABLE audit.refusals
    ADD COLUMN detail           text,     -- of the problem document, masked
    ADD COLUMN errors           text,     -- the first errors as a JSON array of {pointer, code, detail}, masked
    ADD COLUMN request_id       text,     -- the method's idempotency id
    ADD COLUMN trace_id         text,     -- from traceparent
    ADD COLUMN relay_request_id uuid;     -- X-Request-Id of the reply, if the caller gave none

-- Rejected requests are written in the background, so nobody waits for these indexes.
CREATE INDEX refusals_client_request_id ON audit.refusals (client_request_id) WHERE client_request_id IS NOT NULL;
CREATE INDEX refusals_request_id ON audit.refusals (request_id) WHERE request_id IS NOT NULL;
CREATE INDEX refusals_trace_id ON audit.refusals (trace_id) WHERE trace_id IS NOT NULL;
CREATE INDEX refusals_relay_request_id ON audit.refusals (relay_request_id) WHERE relay_request_id IS NOT NULL;

-- A nullable column without a default rewrites nothing.
ALTER TABLE audit.calls
    ADD COLUMN trace_id text,       -- from traceparent
    ADD COLUMN judged   boolean;    -- false: nothing in the response told success; NULL: judged, or no response

-- Trace ids and request ids of calls. A call without both has no row here. The table is apart from audit.calls, because
-- a new index on audit.calls would make writers wait while it is built. Rows are committed with the call's result. A
-- call that has two results may have two equal rows.
CREATE TABLE audit.lookups (
    value text        NOT NULL,
    at    timestamptz NOT NULL,
    id    uuid        NOT NULL     -- the call
) PARTITION BY RANGE (at);
CREATE INDEX lookups_value ON audit.lookups (value);
INSERT INTO audit.partitioned (name) VALUES ('lookups');

-- Who has erased the bodies of calls, and why. The business key is kept as its fingerprints only.
CREATE TABLE audit.erasures (
    id        bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    erased_at timestamptz NOT NULL DEFAULT now(),
    eraser    text        NOT NULL,   -- name of the token, or of the operator at the command line
    reason    text        NOT NULL CHECK (char_length(reason) BETWEEN 1 AND 500),
    keys      bigint[]    NOT NULL,
    calls     bigint      NOT NULL DEFAULT 0
);

-- The calls whose bodies an erasure has removed. Rows of audit.calls stay as they are.
CREATE TABLE audit.erased (
    id        uuid        NOT NULL,
    at        timestamptz NOT NULL,
    erased_at timestamptz NOT NULL DEFAULT now(),
    erasure   bigint      NOT NULL,
    is_open   boolean     NOT NULL,   -- the call had no result yet, so its response must be removed when it comes
    PRIMARY KEY (at, id)
);
CREATE INDEX erased_open ON audit.erased (at) WHERE is_open;

-- Removes the responses that came after the erasure of their calls, and returns the number of these calls.
CREATE FUNCTION audit.finish_erasures() RETURNS integer
    LANGUAGE plpgsql AS $$
DECLARE
    call  record;
    ended integer := 0;
BEGIN
    FOR call IN SELECT id, at FROM audit.erased WHERE is_open ORDER BY at LIMIT 1000 LOOP
        CONTINUE WHEN NOT audit.has_result(call.at, call.id);
        DELETE FROM audit.responses WHERE at = call.at AND id = call.id;
        DELETE FROM audit.replies WHERE at = call.at AND id = call.id;
        UPDATE audit.erased SET is_open = false WHERE at = call.at AND id = call.id;
        ended := ended + 1;
    END LOOP;
    -- The replica of such a call is lost.
    UPDATE audit.erased SET is_open = false WHERE is_open AND erased_at < now() - interval '2 days';
    RETURN ended;
END $$;

-- Columns of audit_api are only added.
CREATE OR REPLACE VIEW audit_api.refusals AS
    SELECT id, at, caller, method, app, seller, status, type, pointers, refs, client_request_id, detail, request_id,
           trace_id, relay_request_id
    FROM audit.refusals;
COMMENT ON COLUMN audit_api.refusals.detail IS 'what the caller was told, masked';
COMMENT ON COLUMN audit_api.refusals.request_id IS 'idempotency id of the method';
COMMENT ON COLUMN audit_api.refusals.trace_id IS 'trace id from traceparent';
COMMENT ON COLUMN audit_api.refusals.relay_request_id IS 'X-Request-Id of the reply, if the caller gave none';

SELECT audit.make_partitions(audit.day(now()) + n) FROM generate_series(-1, 14) AS n;
