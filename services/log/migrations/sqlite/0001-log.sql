-- The log. The first seven columns are those of sqlite-es 0.5, so that its repositories load our streams.
CREATE TABLE events
(
  position       integer                       NOT NULL PRIMARY KEY CHECK (position >= 1),
  aggregate_type text                          NOT NULL,
  aggregate_id   text                          NOT NULL,
  sequence       integer CHECK (sequence >= 1) NOT NULL,
  event_type     text                          NOT NULL,
  event_version  text                          NOT NULL,
  payload        text                          NOT NULL,
  metadata       text                          NOT NULL,
  recorded_at    integer                       NOT NULL, -- microseconds since 1970-01-01T00:00:00Z
  UNIQUE (aggregate_type, aggregate_id, sequence)
) STRICT;

-- Append-only by the database's own hand. INSERT OR REPLACE deletes without firing delete triggers, so an insert must be
-- of the next position and of a place in its stream that is free.
CREATE TRIGGER events_are_never_updated BEFORE UPDATE ON events
BEGIN
  SELECT RAISE(ABORT, 'events are append-only');
END;
CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events
BEGIN
  SELECT RAISE(ABORT, 'events are append-only');
END;
CREATE TRIGGER events_are_dense_and_never_replaced BEFORE INSERT ON events
WHEN NEW.position IS NOT (SELECT coalesce(max(position), 0) + 1 FROM events)
  OR EXISTS (SELECT 1 FROM events
             WHERE aggregate_type = NEW.aggregate_type AND aggregate_id = NEW.aggregate_id AND sequence = NEW.sequence)
BEGIN
  SELECT RAISE(ABORT, 'events are append-only: not the next position, or a place that is taken');
END;

-- Where the log ends: one row, which every append moves on.
CREATE TABLE log_head
(
  only_row    integer NOT NULL PRIMARY KEY CHECK (only_row = 1),
  position    integer NOT NULL,
  recorded_at integer NOT NULL
) STRICT;
INSERT INTO log_head (only_row, position, recorded_at) VALUES (1, 0, -62135596800000000);

-- What was answered to whom, so that a request sent again gets the same answer.
CREATE TABLE idempotency_keys
(
  scope          text    NOT NULL,
  key            text    NOT NULL,
  digest         blob    NOT NULL,
  version        integer NOT NULL,
  first_position integer,
  last_position  integer,
  recorded_at    integer NOT NULL,
  PRIMARY KEY (scope, key)
) STRICT, WITHOUT ROWID;

-- The log for readers.
CREATE VIEW readable_events AS
SELECT position, aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata,
       strftime('%Y-%m-%dT%H:%M:%S', recorded_at / 1000000, 'unixepoch')
         || printf('.%06dZ', recorded_at % 1000000) AS recorded_at
FROM events;
