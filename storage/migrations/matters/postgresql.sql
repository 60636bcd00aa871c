-- What PostgreSQL holds once there are matters: events that are only ever added, and nothing of cases any more.
-- An empty line ends a statement.
CREATE TRIGGER matter_events_append_only BEFORE UPDATE ON matter_events
FOR EACH ROW EXECUTE FUNCTION refuse_update('note', 'passed_to', 'sentence', 'place', 'redacted_at');

CREATE TRIGGER matter_events_whole BEFORE TRUNCATE ON matter_events
FOR EACH STATEMENT EXECUTE FUNCTION refuse_delete();

CREATE TRIGGER matter_events_kept BEFORE DELETE ON matter_events
FOR EACH ROW EXECUTE FUNCTION refuse_delete();

CREATE FUNCTION refuse_recount() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the time by which a matter counts is set once';
END
$$;

CREATE TRIGGER matters_counted_once BEFORE UPDATE OF counts_at ON matters
FOR EACH ROW WHEN (NEW.counts_at IS DISTINCT FROM OLD.counts_at) EXECUTE FUNCTION refuse_recount();

DROP TABLE case_events;

DROP TABLE cases;

DROP TRIGGER reviews_kept ON reviews;

DELETE FROM reviews WHERE blind_to IS NOT NULL;

ALTER TABLE reviews DROP COLUMN blind_to, DROP COLUMN case_id;

CREATE TRIGGER reviews_kept BEFORE DELETE ON reviews
FOR EACH ROW EXECUTE FUNCTION refuse_delete('flags', 'flag_id');

ALTER TABLE flags DROP COLUMN summary;

ALTER TABLE clusters DROP COLUMN state, DROP COLUMN name;

ALTER TABLE corrections
    DROP COLUMN flag_id,
    ALTER COLUMN matter_id SET NOT NULL,
    ADD CONSTRAINT fk_corrections_matter_id_matters FOREIGN KEY (matter_id) REFERENCES matters (id) ON DELETE RESTRICT;

CREATE INDEX ix_corrections_matter_id ON corrections (matter_id);

DELETE FROM thresholds WHERE aim <> 'per_day';

ALTER TABLE thresholds DROP COLUMN aim;

ALTER TABLE thresholds RENAME COLUMN value TO most_a_day;

ALTER TABLE thresholds
    ALTER COLUMN most_a_day TYPE INTEGER USING least(greatest(round(most_a_day), 1), 10000)::integer;
