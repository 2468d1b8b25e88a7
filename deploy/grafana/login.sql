-- Creates or updates the login with which Grafana reads the audit trail. Run it in TopRelay's database, after
-- `toprelay migrate`, as a role that may create roles:
--
--   psql -X -v login=grafana -v password_file=FILE -f deploy/grafana/login.sql DATABASE_URL
--
-- Membership gives a login the right to read the views. A login does not inherit settings, so it has its own. They keep
-- a dashboard from delaying the relay: a long query keeps expired days from being dropped.
\set ON_ERROR_STOP on
\set QUIET on
\set password `cat :password_file`

BEGIN;
SELECT format('CREATE ROLE %I', :'login') WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = :'login') \gexec
ALTER ROLE :"login" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION CONNECTION LIMIT 20 PASSWORD :'password';
GRANT toprelay_dashboards TO :"login";
ALTER ROLE :"login" SET default_transaction_read_only = on;
ALTER ROLE :"login" SET statement_timeout = '15s';
ALTER ROLE :"login" SET lock_timeout = '1s';
ALTER ROLE :"login" SET idle_in_transaction_session_timeout = '15s';
ALTER ROLE :"login" SET search_path = audit_api;
ALTER ROLE :"login" SET timezone = 'UTC';
-- The planner's estimates for hundreds of partitions are so high that it would compile even short statements.
ALTER ROLE :"login" SET jit = off;
COMMIT;
