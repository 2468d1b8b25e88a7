-- Comments on the columns of unknown calls, as in audit_api.calls.
COMMENT ON COLUMN audit_api.unknown_calls.id IS 'UUIDv7 of the call: the id in the response, in /console?id=… and in GET /v1/audit/calls/{id}';
COMMENT ON COLUMN audit_api.unknown_calls.at IS 'when the call arrived, to the millisecond';
COMMENT ON COLUMN audit_api.unknown_calls.finished_at IS 'when it ended; NULL while it is open';
COMMENT ON COLUMN audit_api.unknown_calls.caller IS 'name of the token of the caller';
COMMENT ON COLUMN audit_api.unknown_calls.app IS 'name of the app that signed it';
COMMENT ON COLUMN audit_api.unknown_calls.seller IS 'the seller whose session was used; NULL: none';
COMMENT ON COLUMN audit_api.unknown_calls.method IS 'TOP method';
COMMENT ON COLUMN audit_api.unknown_calls.status IS 'HTTP status of the response to the caller; NULL while it is open';
COMMENT ON COLUMN audit_api.unknown_calls.code IS 'TOP''s code of an error';
COMMENT ON COLUMN audit_api.unknown_calls.sub_code IS 'TOP''s sub_code of an error';
COMMENT ON COLUMN audit_api.unknown_calls.message IS 'text from TOP or the transport, masked';
COMMENT ON COLUMN audit_api.unknown_calls.duration_ms IS 'milliseconds from its arrival to its end';
COMMENT ON COLUMN audit_api.unknown_calls.top_request_id IS 'TOP''s own id of the request';
COMMENT ON COLUMN audit_api.unknown_calls.request_id IS 'the method''s idempotency id';
COMMENT ON COLUMN audit_api.unknown_calls.refs IS 'the caller''s document numbers (Top-Ref)';
COMMENT ON COLUMN audit_api.unknown_calls.client_request_id IS 'the caller''s X-Request-Id';
