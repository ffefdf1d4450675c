-- The log. The first seven columns are those of postgres-es 0.5, so that a stock postgres_es program loads our streams.
-- Payloads are json, not jsonb: they are kept byte for byte.
CREATE TABLE events
(
    aggregate_type text                          NOT NULL,
    aggregate_id   text                          NOT NULL,
    sequence       bigint CHECK (sequence >= 1)  NOT NULL,
    event_type     text                          NOT NULL,
    event_version  text                          NOT NULL,
    payload        json                          NOT NULL,
    metadata       json                          NOT NULL,
    position       bigint CHECK (position >= 1)  NOT NULL UNIQUE,
    recorded_at    bigint                        NOT NULL,
    PRIMARY KEY (aggregate_type, aggregate_id, sequence)
);
COMMENT ON TABLE events IS 'Everything that was ever done, in order. Append-only.';
COMMENT ON COLUMN events.position IS 'Place in the log: 1, 2, 3 … without a gap, in the order of commits.';
COMMENT ON COLUMN events.recorded_at IS 'Microseconds since 1970-01-01T00:00:00Z; never goes back along positions.';

-- Append-only by the database's own hand. Statement triggers refuse even a statement that would touch no row.
CREATE FUNCTION refuse_to_change_events() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
    RAISE EXCEPTION 'events are append-only: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER events_are_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_events();
-- A replica's apply process fires only ALWAYS triggers.
ALTER TABLE events ENABLE ALWAYS TRIGGER events_are_append_only;

-- Where the log ends: one row, which every append locks and moves on. Its lock makes the order of commits the order of
-- positions. Rows of it die with every batch, so pages keep room for the next version.
CREATE TABLE log_head
(
    only_row    boolean NOT NULL DEFAULT true PRIMARY KEY CHECK (only_row),
    position    bigint  NOT NULL,
    recorded_at bigint  NOT NULL
) WITH (fillfactor = 10, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0);
INSERT INTO log_head (position, recorded_at) VALUES (0, -62135596800000000);

-- What was answered to whom, so that a request sent again gets the same answer.
CREATE TABLE idempotency_keys
(
    scope          text   NOT NULL,
    key            text   NOT NULL,
    digest         bytea  NOT NULL,
    version        bigint NOT NULL,
    first_position bigint,
    last_position  bigint,
    recorded_at    bigint NOT NULL,
    PRIMARY KEY (scope, key)
);

-- The log for readers.
CREATE VIEW readable_events AS
SELECT position, aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata,
       timestamptz '1970-01-01T00:00:00Z' + recorded_at * interval '1 microsecond' AS recorded_at
FROM events;

-- Privileges. The owner takes from itself what nobody needs (a superuser remains a superuser). Where the deployment has
-- made these roles, the service runs as caseledger_app, which may append and nothing else, and reporting tools as
-- caseledger_reader.
REVOKE ALL ON events, log_head, idempotency_keys FROM PUBLIC;
REVOKE UPDATE, DELETE, TRUNCATE ON events FROM CURRENT_USER;
DO
$$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'caseledger_app') THEN
        GRANT SELECT, INSERT ON events, idempotency_keys TO caseledger_app;
        GRANT SELECT, UPDATE ON log_head TO caseledger_app;
        GRANT SELECT ON log_schema, readable_events TO caseledger_app;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'caseledger_reader') THEN
        GRANT SELECT ON events, readable_events TO caseledger_reader;
    END IF;
END
$$;
