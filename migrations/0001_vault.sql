-- The vault holds the apps and sessions that the relay calls TOP with, the tokens of its callers, and the random keys
-- of the system.
--
-- A secret column holds an AES-256-GCM blob, sealed under TOPRELAY_MASTER_KEY. The associated data are the table, the
-- column and the primary key. Tokens are stored as hashes.
--
-- Text is compared by bytes (COLLATE "C"), so that every host compares it in the same way, whatever its locale.

CREATE SCHEMA vault;

-- Whether every item matches and none is NULL. A function, because a CHECK constraint cannot contain a subquery.
CREATE FUNCTION vault.all_match(items text[], pattern text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        SELECT coalesce(bool_and(item IS NOT NULL AND item COLLATE "C" ~ pattern), true) FROM unnest(items) AS item
    $$;

CREATE TABLE vault.apps (
    name          text COLLATE "C" PRIMARY KEY
        CONSTRAINT apps_name CHECK (name ~ '^[A-Za-z0-9._-]{1,64}$'),
    app_key       text COLLATE "C" NOT NULL
        CONSTRAINT apps_app_key CHECK (app_key ~ '^[!-~]{1,128}$'),
    secret_sealed bytea NOT NULL
        CONSTRAINT apps_secret_sealed CHECK (octet_length(secret_sealed) BETWEEN 34 AND 2048),
    -- NULL: the default gateway (TOPRELAY_GATEWAY_URL).
    gateway_url   text COLLATE "C"
        CONSTRAINT apps_gateway_url CHECK (gateway_url ~ '^https?://[!-~]+$' AND length(gateway_url) <= 2000),
    allow_http    boolean NOT NULL DEFAULT false,
    sign_method   text COLLATE "C" NOT NULL DEFAULT 'hmac-sha256'
        CONSTRAINT apps_sign_method CHECK (sign_method IN ('md5', 'hmac', 'hmac-sha256')),
    is_default    boolean NOT NULL DEFAULT false,
    -- Globs of the TOP methods that this app serves by default.
    methods       text[] NOT NULL DEFAULT '{}'
        CONSTRAINT apps_methods CHECK (
            cardinality(methods) <= 256 AND vault.all_match(methods, '^[A-Za-z0-9._*-]{1,128}$')),
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    -- Plain http is allowed for loopback addresses, and elsewhere only with allow_http.
    CONSTRAINT apps_https CHECK (
        allow_http OR gateway_url ~ '^https://'
        OR gateway_url ~* '^http://(localhost|127(\.[0-9]{1,3}){3}|\[::1\])(:[0-9]{1,5})?(/|$)')
);
CREATE UNIQUE INDEX apps_one_default ON vault.apps (is_default) WHERE is_default;

CREATE TABLE vault.sessions (
    app            text COLLATE "C" NOT NULL REFERENCES vault.apps (name) ON DELETE CASCADE,
    -- The name that callers use for the seller. It can be any text.
    seller         text COLLATE "C" NOT NULL
        CONSTRAINT sessions_seller CHECK (char_length(seller) BETWEEN 1 AND 128),
    session_sealed bytea NOT NULL
        CONSTRAINT sessions_session_sealed CHECK (octet_length(session_sealed) BETWEEN 34 AND 4096),
    -- NULL: the end is unknown.
    expires_at     timestamptz,
    is_default     boolean NOT NULL DEFAULT false,
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (app, seller)
);
CREATE UNIQUE INDEX sessions_one_default ON vault.sessions (app) WHERE is_default;

-- A token's text is trk_ID_SECRET. The id is not secret and finds the row. Only the SHA-256 of the secret is stored.
CREATE TABLE vault.tokens (
    id         text COLLATE "C" PRIMARY KEY
        CONSTRAINT tokens_id CHECK (id ~ '^[0-9a-f]{14}$'),
    name       text COLLATE "C" NOT NULL UNIQUE
        CONSTRAINT tokens_name CHECK (name ~ '^[A-Za-z0-9._-]{1,64}$'),
    hash       bytea NOT NULL UNIQUE
        CONSTRAINT tokens_hash CHECK (octet_length(hash) = 32),
    scopes     text[] NOT NULL
        CONSTRAINT tokens_scopes CHECK (
            cardinality(scopes) >= 1 AND scopes <@ ARRAY[
                'relay', 'relay:raw', 'audit:read', 'audit:note', 'audit:unmask', 'queue', 'admin']),
    -- Empty: all apps.
    apps       text[] NOT NULL DEFAULT '{}'
        CONSTRAINT tokens_apps CHECK (cardinality(apps) <= 256 AND vault.all_match(apps, '^[A-Za-z0-9._-]{1,64}$')),
    -- Globs. Empty: all methods.
    methods    text[] NOT NULL DEFAULT '{}'
        CONSTRAINT tokens_methods CHECK (
            cardinality(methods) <= 256 AND vault.all_match(methods, '^[A-Za-z0-9._*-]{1,128}$')),
    created_at timestamptz NOT NULL DEFAULT now(),
    -- NULL: never.
    expires_at timestamptz
);

-- Random keys that the system makes once. Old versions stay, because values made with them must still be found.
CREATE TABLE vault.keys (
    name       text COLLATE "C" NOT NULL
        CONSTRAINT keys_name CHECK (name IN ('fingerprint', 'idempotency')),
    version    smallint NOT NULL
        CONSTRAINT keys_version CHECK (version >= 1),
    sealed     bytea NOT NULL
        CONSTRAINT keys_sealed CHECK (octet_length(sealed) BETWEEN 34 AND 2048),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (name, version)
);

-- One row. Every change locks it, so changes happen one at a time. A reader that sees revision N therefore sees every
-- change up to N.
CREATE TABLE vault.revision (
    only_row boolean PRIMARY KEY DEFAULT true
        CONSTRAINT revision_only_row CHECK (only_row),
    revision bigint NOT NULL DEFAULT 0
);
INSERT INTO vault.revision DEFAULT VALUES;

-- Counts a change and notifies the replicas, which then load the vault again.
CREATE FUNCTION vault.changed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    now_at bigint;
BEGIN
    UPDATE vault.revision SET revision = revision + 1 RETURNING revision INTO now_at;
    PERFORM pg_catalog.pg_notify('toprelay_vault', now_at::text);
    RETURN NULL;
END
$$;

CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON vault.apps
    FOR EACH STATEMENT EXECUTE FUNCTION vault.changed();
CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON vault.sessions
    FOR EACH STATEMENT EXECUTE FUNCTION vault.changed();
CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON vault.tokens
    FOR EACH STATEMENT EXECUTE FUNCTION vault.changed();
CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON vault.keys
    FOR EACH STATEMENT EXECUTE FUNCTION vault.changed();
