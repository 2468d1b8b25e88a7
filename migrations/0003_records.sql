-- Records beside the trail: rejected requests, notes, and who has read a sealed request. Rows are only added.

-- Requests that never became calls, so that "why did order X not go out?" has an answer. Rows are written with best
-- effort, limited in number, and kept for 7 days.
CREATE TABLE audit.refusals (
    id                 bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at                 timestamptz NOT NULL,
    caller             text,                   -- name of the token; NULL: no valid token
    method             text        NOT NULL,
    app                text,
    seller             text,
    status             smallint    NOT NULL,
    type               text        NOT NULL,   -- type of the problem document
    pointers           text[]      NOT NULL,   -- JSON pointers to the faults, never their values
    refs               text[]      NOT NULL,
    client_request_id  text
);
CREATE INDEX refusals_at ON audit.refusals (at);
CREATE INDEX refusals_refs ON audit.refusals USING gin (refs);

-- Notes on calls. A note may settle what became of an unknown call.
CREATE TABLE audit.notes (
    id       bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    call     uuid        NOT NULL,
    noted_at timestamptz NOT NULL DEFAULT now(),
    author   text        NOT NULL,   -- name of the token
    settles  text        CHECK (settles IN ('done', 'not_done')),
    text     text        NOT NULL CHECK (char_length(text) BETWEEN 1 AND 2000)
);
CREATE INDEX notes_call ON audit.notes (call);
CREATE INDEX notes_noted_at ON audit.notes (noted_at);

-- Who has unmasked a sealed request, when and why. The statement that reads the request adds the row.
CREATE TABLE audit.openings (
    id        bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    call      uuid        NOT NULL,
    opened_at timestamptz NOT NULL DEFAULT now(),
    opener    text        NOT NULL,   -- name of the token
    reason    text        NOT NULL CHECK (char_length(reason) BETWEEN 1 AND 500)
);
CREATE INDEX openings_call ON audit.openings (call);
