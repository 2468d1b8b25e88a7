-- A rotation of the master key seals every value again. It changes no secret, so replicas need not load the vault.

CREATE OR REPLACE FUNCTION vault.changed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    now_at bigint;
BEGIN
    -- Set within the transactions of a rotation only.
    IF pg_catalog.current_setting('toprelay.is_resealing', true) = 'on' THEN
        RETURN NULL;
    END IF;
    UPDATE vault.revision SET revision = revision + 1 RETURNING revision INTO now_at;
    PERFORM pg_catalog.pg_notify('toprelay_vault', now_at::text);
    RETURN NULL;
END
$$;
