-- Notes need a scope of their own: a token with audit:read only reads.
ALTER TABLE vault.tokens DROP CONSTRAINT tokens_scopes;
ALTER TABLE vault.tokens ADD CONSTRAINT tokens_scopes
    CHECK (cardinality(scopes) >= 1
           AND scopes <@ ARRAY['relay', 'audit:read', 'audit:note', 'audit:unmask', 'admin']);

-- Tokens that could write notes until now keep that right.
UPDATE vault.tokens SET scopes = scopes || ARRAY['audit:note']
WHERE 'audit:read' = ANY (scopes) AND NOT 'audit:note' = ANY (scopes);
