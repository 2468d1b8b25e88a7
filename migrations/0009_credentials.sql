-- Credentials: sessions that renew themselves, limits of tokens, proxies and pauses of apps, shared bans, and the
-- record of every change.

ALTER TABLE vault.apps
    -- Calls of the app go through this HTTP proxy, by CONNECT. The URL can have a user, but no password.
    ADD COLUMN proxy_url text COLLATE "C"
        CONSTRAINT apps_proxy_url CHECK (proxy_url ~ '^http://[!-~]+$' AND length(proxy_url) <= 2000),
    ADD COLUMN proxy_password_sealed bytea
        CONSTRAINT apps_proxy_password_sealed CHECK (octet_length(proxy_password_sealed) BETWEEN 34 AND 2048),
    -- Where authorisation codes and refresh tokens are exchanged: at the OAuth address, or by TOP methods.
    ADD COLUMN auth text NOT NULL DEFAULT 'oauth'
        CONSTRAINT apps_auth CHECK (auth IN ('oauth', 'top')),
    -- NULL: TOP's own address.
    ADD COLUMN oauth_authorize_url text COLLATE "C"
        CONSTRAINT apps_oauth_authorize_url CHECK (
            oauth_authorize_url ~ '^https?://[!-~]+$' AND length(oauth_authorize_url) <= 2000),
    ADD COLUMN oauth_token_url text COLLATE "C"
        CONSTRAINT apps_oauth_token_url CHECK (
            oauth_token_url ~ '^https?://[!-~]+$' AND length(oauth_token_url) <= 2000),
    -- No call of the app goes out, or none of a method that matches one of the globs.
    ADD COLUMN is_paused boolean NOT NULL DEFAULT false,
    ADD COLUMN paused_methods text[] NOT NULL DEFAULT '{}'
        CONSTRAINT apps_paused_methods CHECK (
            cardinality(paused_methods) <= 256 AND vault.all_match(paused_methods, '^[A-Za-z0-9._*-]{1,128}$')),
    ADD CONSTRAINT apps_proxy CHECK (proxy_url IS NOT NULL OR proxy_password_sealed IS NULL);

ALTER TABLE vault.sessions
    ADD COLUMN refresh_sealed bytea
        CONSTRAINT sessions_refresh_sealed CHECK (octet_length(refresh_sealed) BETWEEN 34 AND 4096),
    -- NULL: the end is unknown.
    ADD COLUMN refresh_expires_at timestamptz,
    -- When the current session key was put or issued. With expires_at it gives the life of the key.
    ADD COLUMN issued_at timestamptz NOT NULL DEFAULT now(),
    -- What TOP said of the user.
    ADD COLUMN taobao_user_id text COLLATE "C"
        CONSTRAINT sessions_taobao_user_id CHECK (char_length(taobao_user_id) BETWEEN 1 AND 128),
    ADD COLUMN taobao_user_nick text
        CONSTRAINT sessions_taobao_user_nick CHECK (char_length(taobao_user_nick) BETWEEN 1 AND 256),
    -- When the rights to read and write end (r1, r2, w1, w2), in milliseconds since 1970, as a JSON object.
    ADD COLUMN level_ends jsonb NOT NULL DEFAULT '{}'
        CONSTRAINT sessions_level_ends CHECK (
            jsonb_typeof(level_ends) = 'object' AND octet_length(level_ends::text) <= 1024),
    -- Failed refreshes in a row, the earliest time of the next one, and why the last one failed.
    ADD COLUMN refresh_failures integer NOT NULL DEFAULT 0,
    ADD COLUMN refresh_after timestamptz,
    ADD COLUMN refresh_error text
        CONSTRAINT sessions_refresh_error CHECK (char_length(refresh_error) <= 500),
    -- The seller has to authorise the app again: no refresh can help.
    ADD COLUMN needs_authorisation boolean NOT NULL DEFAULT false;
CREATE INDEX sessions_by_end ON vault.sessions (expires_at) WHERE refresh_sealed IS NOT NULL;

-- When a session last worked and was last refused. Replicas write it rarely, and no replica loads it, so it has no
-- trigger.
CREATE TABLE vault.session_uses (
    app             text COLLATE "C" NOT NULL,
    seller          text COLLATE "C" NOT NULL,
    last_success_at timestamptz,
    last_refusal_at timestamptz,
    last_refusal    text
        CONSTRAINT session_uses_last_refusal CHECK (char_length(last_refusal) <= 128),
    PRIMARY KEY (app, seller),
    FOREIGN KEY (app, seller) REFERENCES vault.sessions (app, seller) ON DELETE CASCADE
);

ALTER TABLE vault.tokens
    -- Globs. Empty: all sellers.
    ADD COLUMN sellers text[] NOT NULL DEFAULT '{}'
        CONSTRAINT tokens_sellers CHECK (cardinality(sellers) <= 256),
    -- Calls a second and concurrent calls, on each replica. NULL: no limit.
    ADD COLUMN rate integer
        CONSTRAINT tokens_rate CHECK (rate BETWEEN 1 AND 1000000),
    ADD COLUMN concurrency integer
        CONSTRAINT tokens_concurrency CHECK (concurrency BETWEEN 1 AND 1000000),
    -- The hooks that calls may choose with Top-Callback.
    ADD COLUMN callbacks text[] NOT NULL DEFAULT '{}'
        CONSTRAINT tokens_callbacks CHECK (
            cardinality(callbacks) <= 256 AND vault.all_match(callbacks, '^[A-Za-z0-9._-]{1,64}$')),
    -- After a rotation the secret before it is valid until this time.
    ADD COLUMN previous_id text COLLATE "C" UNIQUE
        CONSTRAINT tokens_previous_id CHECK (previous_id ~ '^[0-9a-f]{14}$'),
    ADD COLUMN previous_hash bytea
        CONSTRAINT tokens_previous_hash CHECK (octet_length(previous_hash) = 32),
    ADD COLUMN previous_until timestamptz,
    ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now(),
    ADD CONSTRAINT tokens_previous CHECK (
        (previous_id IS NULL) = (previous_hash IS NULL) AND (previous_id IS NULL) = (previous_until IS NULL)),
    ADD CONSTRAINT tokens_admin CHECK (
        NOT 'admin' = ANY (scopes) OR cardinality(apps) + cardinality(methods) + cardinality(sellers) = 0);

-- When a token was last used. Replicas write it rarely, and no replica loads it, so it has no trigger.
CREATE TABLE vault.token_uses (
    token        text COLLATE "C" PRIMARY KEY REFERENCES vault.tokens (name) ON DELETE CASCADE,
    last_used_at timestamptz NOT NULL
);

-- States of the authorisation flow. A callback uses a state by removing its row. Expired rows are removed now and then.
CREATE TABLE vault.oauth_states (
    nonce      bytea PRIMARY KEY
        CONSTRAINT oauth_states_nonce CHECK (octet_length(nonce) = 16),
    app        text COLLATE "C" NOT NULL REFERENCES vault.apps (name) ON DELETE CASCADE,
    seller     text COLLATE "C" NOT NULL
        CONSTRAINT oauth_states_seller CHECK (char_length(seller) BETWEEN 1 AND 128),
    token      text COLLATE "C" NOT NULL,   -- the name of the token that asked for it
    expires_at timestamptz NOT NULL
);

-- Bans that TOP put on apps and on methods of apps. Each is sent to the replicas as a notification of its own, so that
-- a ban does not make them load the vault.
CREATE TABLE vault.bans (
    app     text COLLATE "C" NOT NULL,
    -- Empty: the whole app.
    method  text COLLATE "C" NOT NULL DEFAULT '',
    ends_at timestamptz NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    code    text,
    PRIMARY KEY (app, method)
);

-- Who changed what in the vault, from where and when. Rows are only added.
CREATE TABLE vault.events (
    id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at     timestamptz NOT NULL DEFAULT now(),
    actor  text NOT NULL,       -- the token's name, or the database user of the command line
    origin text NOT NULL,       -- the client's address, or the host of the command line
    action text COLLATE "C" NOT NULL,   -- such as app.put, session.refresh, token.remove
    object text NOT NULL,       -- such as APP, APP/SELLER, the token's name
    detail jsonb NOT NULL DEFAULT '{}'
        CONSTRAINT events_detail CHECK (jsonb_typeof(detail) = 'object')
);
CREATE INDEX events_by_time ON vault.events (at, id);
CREATE INDEX events_by_object ON vault.events (object, id);
