-- Repeats of calls after a refresh of their session, and when sessions are refreshed.

-- A nullable column without a default rewrites nothing.
ALTER TABLE audit.intents
    ADD COLUMN repeat_of uuid;   -- the call that this one repeats with a new session key
ALTER TABLE audit.calls
    ADD COLUMN repeat_of uuid;

-- When the refresh of a session begins: a tenth of the life of its key before the end, at most 24 hours before it. NULL
-- if the end is unknown.
CREATE FUNCTION vault.refresh_due(issued timestamptz, ends timestamptz) RETURNS timestamptz
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
        SELECT CASE WHEN isfinite(ends)
            THEN ends - greatest(least(interval '24 hours', (ends - issued) / 10), interval '0') END
    $$;

-- refresh_after is set with each new key to the time of refresh_due, and after a failure to the time of the next
-- attempt. So one range of this index has all sessions that are due.
DROP INDEX IF EXISTS vault.sessions_by_end;
CREATE INDEX sessions_by_refresh ON vault.sessions (refresh_after)
    WHERE refresh_sealed IS NOT NULL AND NOT needs_authorisation;
