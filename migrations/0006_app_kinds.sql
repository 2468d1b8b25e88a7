-- Apps of the Qimen cloud, whose calls go to the app of another provider, and constant parameters of apps.

ALTER TABLE vault.apps
    ADD COLUMN kind text NOT NULL DEFAULT 'top'
        CONSTRAINT apps_kind CHECK (kind IN ('top', 'qimen-cloud')),
    -- Sent as target_app_key and customerId with each call of a Qimen cloud app.
    ADD COLUMN target_app_key text COLLATE "C"
        CONSTRAINT apps_target_app_key CHECK (target_app_key ~ '^[!-~]{1,128}$'),
    ADD COLUMN customer_id text
        CONSTRAINT apps_customer_id CHECK (char_length(customer_id) BETWEEN 1 AND 128),
    -- Names and values of the parameters that go with each call.
    ADD COLUMN constants jsonb NOT NULL DEFAULT '{}'
        CONSTRAINT apps_constants CHECK (jsonb_typeof(constants) = 'object' AND octet_length(constants::text) <= 65536),
    ADD CONSTRAINT apps_target CHECK ((kind = 'qimen-cloud') = (target_app_key IS NOT NULL)),
    ADD CONSTRAINT apps_customer CHECK (kind = 'qimen-cloud' OR customer_id IS NULL);
