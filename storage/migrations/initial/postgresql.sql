-- What PostgreSQL itself holds: an index of words that follows the texts, and rows that are only ever added.
-- An empty line ends a statement.
CREATE INDEX ix_posts_unscored ON posts (id) WHERE unscored;

CREATE INDEX ix_posts_not_indexed ON posts (id) WHERE NOT indexed;

-- Syllables and pairs of neighbours, so that phrases are looked up without reading the texts.
-- Dear, so that the planner looks lexemes up instead of computing them for each row.
CREATE FUNCTION search_lexemes(accented text, bare text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 2000 AS $$
SELECT array_to_tsvector(
    array(SELECT w FROM unnest(string_to_array(accented, ' ')) t(w))
    || array(SELECT w || ' ' || next FROM unnest(
        string_to_array(accented, ' '), (string_to_array(accented, ' '))[2:]
    ) t(w, next) WHERE next IS NOT NULL)
    || array(SELECT '~' || w FROM unnest(string_to_array(bare, ' ')) t(w))
    || array(SELECT '~' || w || ' ' || next FROM unnest(
        string_to_array(bare, ' '), (string_to_array(bare, ' '))[2:]
    ) t(w, next) WHERE next IS NOT NULL)
)
$$;

CREATE INDEX ix_search_texts_lexemes ON search_texts USING gin (search_lexemes(accented, bare));

-- The words of a post are dropped when its texts change by whatever statement.
CREATE FUNCTION forget_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM search_texts WHERE post_id = NEW.id;
    NEW.indexed := false;
    RETURN NEW;
END
$$;

CREATE FUNCTION forget_words_of_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM search_texts WHERE post_id = NEW.post_id;
    UPDATE posts SET indexed = false WHERE id = NEW.post_id;
    RETURN NULL;
END
$$;

CREATE TRIGGER posts_reworded BEFORE UPDATE OF title, text, revision_number ON posts
FOR EACH ROW EXECUTE FUNCTION forget_words();

CREATE TRIGGER post_revisions_reworded AFTER UPDATE OF title, text, picture_text ON post_revisions
FOR EACH ROW EXECUTE FUNCTION forget_words_of_revision();

-- An erasure may mask the columns that a trigger names, together with `redacted_at`, which says so.
CREATE FUNCTION refuse_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_NARGS > 0 THEN
        IF NEW.redacted_at IS NOT NULL
        AND NEW.redacted_at IS DISTINCT FROM OLD.redacted_at
        AND to_jsonb(NEW) - TG_ARGV::text[] = to_jsonb(OLD) - TG_ARGV::text[] THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'rows of % are only ever added, and go with their post alone', TG_TABLE_NAME;
END
$$;

-- Rows go with their post alone: a trigger names the parent, and which column refers to it.
CREATE FUNCTION refuse_delete() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    there boolean;
BEGIN
    IF TG_NARGS > 0 THEN
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I WHERE id = $1)', TG_ARGV[0])
        USING (to_jsonb(OLD) ->> TG_ARGV[1])::bigint INTO there;
        IF NOT there THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'rows of % are only ever added, and go with their post alone', TG_TABLE_NAME;
END
$$;

CREATE TRIGGER reviews_append_only BEFORE UPDATE ON reviews
FOR EACH ROW EXECUTE FUNCTION refuse_update('note', 'evidence', 'redacted_at');

CREATE TRIGGER reviews_whole BEFORE TRUNCATE ON reviews
FOR EACH STATEMENT EXECUTE FUNCTION refuse_delete();

CREATE TRIGGER case_events_append_only BEFORE UPDATE ON case_events
FOR EACH ROW EXECUTE FUNCTION refuse_update('note', 'passed_to', 'place', 'redacted_at');

CREATE TRIGGER case_events_whole BEFORE TRUNCATE ON case_events
FOR EACH STATEMENT EXECUTE FUNCTION refuse_delete();

CREATE TRIGGER correction_events_append_only BEFORE UPDATE ON correction_events
FOR EACH ROW EXECUTE FUNCTION refuse_update('note', 'claim', 'text', 'source_name', 'source_url', 'redacted_at');

CREATE TRIGGER correction_events_whole BEFORE TRUNCATE ON correction_events
FOR EACH STATEMENT EXECUTE FUNCTION refuse_delete();

CREATE TRIGGER audit_events_append_only BEFORE UPDATE ON audit_events
FOR EACH ROW EXECUTE FUNCTION refuse_update();

CREATE TRIGGER audit_events_whole BEFORE TRUNCATE ON audit_events
FOR EACH STATEMENT EXECUTE FUNCTION refuse_delete();

CREATE TRIGGER correction_events_kept BEFORE DELETE ON correction_events
FOR EACH ROW EXECUTE FUNCTION refuse_delete();

CREATE TRIGGER reviews_kept BEFORE DELETE ON reviews
FOR EACH ROW EXECUTE FUNCTION refuse_delete('flags', 'flag_id');

CREATE TRIGGER audit_events_kept BEFORE DELETE ON audit_events
FOR EACH ROW EXECUTE FUNCTION refuse_delete();

CREATE TRIGGER flags_kept BEFORE DELETE ON flags
FOR EACH ROW EXECUTE FUNCTION refuse_delete('posts', 'post_id');

CREATE TRIGGER case_events_kept BEFORE DELETE ON case_events
FOR EACH ROW EXECUTE FUNCTION refuse_delete();
