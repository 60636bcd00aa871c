-- What SQLite itself holds: an index of words that follows the texts, and rows that are only ever added.
-- An empty line ends a statement.
CREATE INDEX ix_posts_unscored ON posts (id) WHERE unscored = 1;

CREATE INDEX ix_posts_not_indexed ON posts (id) WHERE "indexed" = 0;

CREATE VIRTUAL TABLE search_index USING fts5(
    accented, bare, content='search_texts', content_rowid='post_id',
    tokenize='unicode61 remove_diacritics 0'
);

-- So that deleted words are really forgotten.
INSERT INTO search_index (search_index, rank) VALUES ('secure-delete', 1);

CREATE TRIGGER search_texts_insert AFTER INSERT ON search_texts
BEGIN
    INSERT INTO search_index (rowid, accented, bare) VALUES (NEW.post_id, NEW.accented, NEW.bare);
END;

CREATE TRIGGER search_texts_delete AFTER DELETE ON search_texts
BEGIN
    INSERT INTO search_index (search_index, rowid, accented, bare)
    VALUES ('delete', OLD.post_id, OLD.accented, OLD.bare);
END;

CREATE TRIGGER search_texts_update AFTER UPDATE ON search_texts
BEGIN
    INSERT INTO search_index (search_index, rowid, accented, bare)
    VALUES ('delete', OLD.post_id, OLD.accented, OLD.bare);
    INSERT INTO search_index (rowid, accented, bare) VALUES (NEW.post_id, NEW.accented, NEW.bare);
END;

-- The words of a post are dropped when its texts change by whatever statement.
CREATE TRIGGER posts_reworded AFTER UPDATE OF title, text, revision_number ON posts
BEGIN
    DELETE FROM search_texts WHERE post_id = NEW.id;
    UPDATE posts SET indexed = false WHERE id = NEW.id;
END;

CREATE TRIGGER post_revisions_reworded AFTER UPDATE OF title, text, picture_text ON post_revisions
BEGIN
    DELETE FROM search_texts WHERE post_id = NEW.post_id;
    UPDATE posts SET indexed = false WHERE id = NEW.post_id;
END;

-- An erasure may mask what is not compared here, together with `redacted_at`, which says so.
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
    AND NEW.blind_to IS OLD.blind_to
    AND NEW.case_id IS OLD.case_id
)
BEGIN
    SELECT RAISE(ABORT, 'rows of reviews are only ever added, and go with their post alone');
END;

-- INSERT OR REPLACE deletes as well, and fires no trigger of deletion.
CREATE TRIGGER reviews_added BEFORE INSERT ON reviews
WHEN EXISTS (SELECT 1 FROM reviews WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'rows of reviews are only ever added, and go with their post alone');
END;

CREATE TRIGGER case_events_append_only BEFORE UPDATE ON case_events
WHEN NOT (
    NEW.redacted_at IS NOT NULL
    AND NEW.redacted_at IS NOT OLD.redacted_at
    AND NEW.id IS OLD.id
    AND NEW.case_id IS OLD.case_id
    AND NEW.user_id IS OLD.user_id
    AND NEW.kind IS OLD.kind
    AND NEW.topic IS OLD.topic
    AND NEW.review_id IS OLD.review_id
    AND NEW.at IS OLD.at
)
BEGIN
    SELECT RAISE(ABORT, 'rows of case_events are only ever added, and go with their post alone');
END;

CREATE TRIGGER case_events_added BEFORE INSERT ON case_events
WHEN EXISTS (SELECT 1 FROM case_events WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'rows of case_events are only ever added, and go with their post alone');
END;

CREATE TRIGGER correction_events_append_only BEFORE UPDATE ON correction_events
WHEN NOT (
    NEW.redacted_at IS NOT NULL
    AND NEW.redacted_at IS NOT OLD.redacted_at
    AND NEW.id IS OLD.id
    AND NEW.correction_id IS OLD.correction_id
    AND NEW.user_id IS OLD.user_id
    AND NEW.kind IS OLD.kind
    AND NEW.verdict IS OLD.verdict
    AND NEW.at IS OLD.at
)
BEGIN
    SELECT RAISE(ABORT, 'rows of correction_events are only ever added, and go with their post alone');
END;

CREATE TRIGGER correction_events_added BEFORE INSERT ON correction_events
WHEN EXISTS (SELECT 1 FROM correction_events WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'rows of correction_events are only ever added, and go with their post alone');
END;

CREATE TRIGGER audit_events_append_only BEFORE UPDATE ON audit_events
BEGIN
    SELECT RAISE(ABORT, 'rows of audit_events are only ever added, and go with their post alone');
END;

CREATE TRIGGER audit_events_added BEFORE INSERT ON audit_events
WHEN EXISTS (SELECT 1 FROM audit_events WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'rows of audit_events are only ever added, and go with their post alone');
END;

CREATE TRIGGER correction_events_kept BEFORE DELETE ON correction_events
BEGIN
    SELECT RAISE(ABORT, 'rows of correction_events are only ever added, and go with their post alone');
END;

-- Retention and erasure delete posts: flags and decisions go with them, and with nothing else.
CREATE TRIGGER reviews_kept BEFORE DELETE ON reviews
WHEN EXISTS (SELECT 1 FROM flags WHERE id = OLD.flag_id)
BEGIN
    SELECT RAISE(ABORT, 'rows of reviews are only ever added, and go with their post alone');
END;

CREATE TRIGGER audit_events_kept BEFORE DELETE ON audit_events
BEGIN
    SELECT RAISE(ABORT, 'rows of audit_events are only ever added, and go with their post alone');
END;

CREATE TRIGGER flags_kept BEFORE DELETE ON flags
WHEN EXISTS (SELECT 1 FROM posts WHERE id = OLD.post_id)
BEGIN
    SELECT RAISE(ABORT, 'rows of flags are only ever added, and go with their post alone');
END;

CREATE TRIGGER case_events_kept BEFORE DELETE ON case_events
BEGIN
    SELECT RAISE(ABORT, 'rows of case_events are only ever added, and go with their post alone');
END;
