-- What SQLite holds once there are matters: events that are only ever added, and nothing of cases any more.
-- An empty line ends a statement. A table whose constraints change is made anew, without foreign keys being looked at.
CREATE TRIGGER matter_events_append_only BEFORE UPDATE ON matter_events
WHEN NOT (
    NEW.redacted_at IS NOT NULL
    AND NEW.redacted_at IS NOT OLD.redacted_at
    AND NEW.id IS OLD.id
    AND NEW.matter_id IS OLD.matter_id
    AND NEW.user_id IS OLD.user_id
    AND NEW.kind IS OLD.kind
    AND NEW.topic IS OLD.topic
    AND NEW.follower_id IS OLD.follower_id
    AND NEW.back_at IS OLD.back_at
    AND NEW.verdict IS OLD.verdict
    AND NEW.review_id IS OLD.review_id
    AND NEW.other_id IS OLD.other_id
    AND NEW.undoes IS OLD.undoes
    AND NEW.at IS OLD.at
)
BEGIN
    SELECT RAISE(ABORT, 'rows of matter_events are only ever added, and go with their post alone');
END;

CREATE TRIGGER matter_events_added BEFORE INSERT ON matter_events
WHEN EXISTS (SELECT 1 FROM matter_events WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'rows of matter_events are only ever added, and go with their post alone');
END;

CREATE TRIGGER matter_events_kept BEFORE DELETE ON matter_events
BEGIN
    SELECT RAISE(ABORT, 'rows of matter_events are only ever added, and go with their post alone');
END;

CREATE TRIGGER matters_counted_once BEFORE UPDATE OF counts_at ON matters
WHEN NEW.counts_at IS NOT OLD.counts_at
BEGIN
    SELECT RAISE(ABORT, 'the time by which a matter counts is set once');
END;

DROP TABLE case_events;

DROP TABLE cases;

DROP TRIGGER reviews_kept;

DROP TRIGGER reviews_append_only;

DELETE FROM reviews WHERE blind_to IS NOT NULL;

DROP INDEX ix_reviews_blind_to;

ALTER TABLE reviews DROP COLUMN blind_to;

DROP INDEX ix_reviews_case_id;

ALTER TABLE reviews DROP COLUMN case_id;

CREATE TRIGGER reviews_append_only BEFORE UPDATE ON reviews
WHEN NOT (
    NEW.redacted_at IS NOT NULL
    AND NEW.redacted_at IS NOT OLD.redacted_at
    AND NEW.id IS OLD.id
    AND NEW.flag_id IS OLD.flag_id
    AND NEW.reviewer_id IS OLD.reviewer_id
    AND NEW.decision IS OLD.decision
    AND NEW.revision_number IS OLD.revision_number
    AND NEW.decided_at IS OLD.decided_at
    AND NEW.withdraws IS OLD.withdraws
    AND NEW.batch IS OLD.batch
)
BEGIN
    SELECT RAISE(ABORT, 'rows of reviews are only ever added, and go with their post alone');
END;

-- Retention and erasure delete posts: flags and decisions go with them, and with nothing else.
CREATE TRIGGER reviews_kept BEFORE DELETE ON reviews
WHEN EXISTS (SELECT 1 FROM flags WHERE id = OLD.flag_id)
BEGIN
    SELECT RAISE(ABORT, 'rows of reviews are only ever added, and go with their post alone');
END;

ALTER TABLE flags DROP COLUMN summary;

CREATE TABLE new_clusters (
    id INTEGER NOT NULL,
    created_at DATETIME NOT NULL,
    CONSTRAINT pk_clusters PRIMARY KEY (id)
);

INSERT INTO new_clusters (id, created_at) SELECT id, created_at FROM clusters;

DROP TABLE clusters;

ALTER TABLE new_clusters RENAME TO clusters;

CREATE TABLE new_corrections (
    id INTEGER NOT NULL,
    matter_id INTEGER NOT NULL,
    replaces_id INTEGER,
    state VARCHAR(20) NOT NULL,
    written_by INTEGER NOT NULL,
    written_at DATETIME NOT NULL,
    released_at DATETIME,
    published_at DATETIME,
    published_state VARCHAR(20),
    changed_at DATETIME NOT NULL,
    CONSTRAINT pk_corrections PRIMARY KEY (id),
    CONSTRAINT ck_corrections_state CHECK (state IN ('draft', 'returned', 'released', 'replaced', 'withdrawn')),
    CONSTRAINT fk_corrections_matter_id_matters FOREIGN KEY (matter_id) REFERENCES matters (id) ON DELETE RESTRICT,
    CONSTRAINT fk_corrections_replaces_id_corrections FOREIGN KEY (replaces_id)
        REFERENCES corrections (id) ON DELETE RESTRICT,
    CONSTRAINT fk_corrections_written_by_users FOREIGN KEY (written_by) REFERENCES users (id) ON DELETE RESTRICT
);

INSERT INTO new_corrections (id, matter_id, replaces_id, state, written_by, written_at, released_at, published_at,
    published_state, changed_at)
SELECT id, matter_id, replaces_id, state, written_by, written_at, released_at, published_at, published_state, changed_at
FROM corrections;

DROP TABLE corrections;

ALTER TABLE new_corrections RENAME TO corrections;

CREATE INDEX ix_corrections_state ON corrections (state);

CREATE INDEX ix_corrections_matter_id ON corrections (matter_id);

CREATE INDEX ix_corrections_released_at ON corrections (released_at);

CREATE INDEX ix_corrections_published_at ON corrections (published_at);

CREATE INDEX ix_corrections_replaces_id ON corrections (replaces_id);

CREATE TABLE new_thresholds (
    label VARCHAR(40) NOT NULL,
    most_a_day INTEGER NOT NULL,
    set_at DATETIME NOT NULL,
    CONSTRAINT pk_thresholds PRIMARY KEY (label)
);

INSERT INTO new_thresholds (label, most_a_day, set_at)
SELECT label, CAST(min(max(round(value), 1), 10000) AS INTEGER), set_at FROM thresholds WHERE aim = 'per_day';

DROP TABLE thresholds;

ALTER TABLE new_thresholds RENAME TO thresholds;
