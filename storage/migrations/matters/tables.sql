-- The tables of matters, for both databases; `storage.migrations.statements` fills in the types that each of them has.
-- An empty line ends a statement.
CREATE TABLE matters (
    id $id NOT NULL,
    kind VARCHAR(20) NOT NULL,
    label VARCHAR(40) NOT NULL,
    state VARCHAR(20) NOT NULL,
    verdict VARCHAR(20),
    sentence TEXT NOT NULL,
    topic VARCHAR(40) NOT NULL,
    place TEXT NOT NULL,
    follower_id $number,
    back_at $time,
    counts_at $time NOT NULL,
    first_at $time NOT NULL,
    last_at $time NOT NULL,
    opened_by $number NOT NULL,
    opened_at $time NOT NULL,
    changed_at $time NOT NULL,
    version $number NOT NULL,
    merged_into $number,
    CONSTRAINT pk_matters PRIMARY KEY (id),
    CONSTRAINT ck_matters_kind CHECK (kind IN ('rumour', 'grievance')),
    CONSTRAINT ck_matters_state
        CHECK (state IN ('open', 'passed', 'answered', 'followed_up', 'settled', 'returned', 'withdrawn', 'merged')),
    CONSTRAINT ck_matters_verdict CHECK (verdict IN ('no_source', 'refuted', 'borne_out')),
    CONSTRAINT fk_matters_follower_id_users FOREIGN KEY (follower_id) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT fk_matters_opened_by_users FOREIGN KEY (opened_by) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT fk_matters_merged_into_matters FOREIGN KEY (merged_into) REFERENCES matters (id) ON DELETE RESTRICT
);

CREATE INDEX ix_matters_state_changed_at ON matters (state, changed_at);

CREATE INDEX ix_matters_follower_id ON matters (follower_id);

CREATE INDEX ix_matters_counts_at ON matters (counts_at);

CREATE INDEX ix_matters_opened_at ON matters (opened_at);

CREATE INDEX ix_matters_merged_into ON matters (merged_into);

CREATE TABLE matter_events (
    id $id NOT NULL,
    matter_id $number NOT NULL,
    user_id $number,
    kind VARCHAR(20) NOT NULL,
    note TEXT NOT NULL,
    passed_to TEXT NOT NULL,
    sentence TEXT,
    topic VARCHAR(40),
    place TEXT,
    follower_id $number,
    back_at $time,
    verdict VARCHAR(20),
    review_id $number,
    other_id $number,
    undoes $number,
    at $time NOT NULL,
    redacted_at $time,
    CONSTRAINT pk_matter_events PRIMARY KEY (id),
    CONSTRAINT ck_matter_events_kind
        CHECK (kind IN ('opened', 'joined', 'copied', 'split', 'merged', 'undone', 'described', 'noted', 'passed',
            'answered', 'followed_up', 'settled', 'reopened', 'returned', 'judged')),
    CONSTRAINT fk_matter_events_matter_id_matters FOREIGN KEY (matter_id) REFERENCES matters (id) ON DELETE RESTRICT,
    CONSTRAINT fk_matter_events_user_id_users FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT fk_matter_events_follower_id_users FOREIGN KEY (follower_id) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT fk_matter_events_other_id_matters FOREIGN KEY (other_id) REFERENCES matters (id) ON DELETE RESTRICT,
    CONSTRAINT fk_matter_events_undoes_matter_events FOREIGN KEY (undoes)
        REFERENCES matter_events (id) ON DELETE RESTRICT
);

CREATE INDEX ix_matter_events_matter_id ON matter_events (matter_id);

CREATE INDEX ix_matter_events_review_id ON matter_events (review_id);

CREATE INDEX ix_matter_events_at ON matter_events (at);

CREATE TABLE matter_posts (
    id $id NOT NULL,
    matter_id $number NOT NULL,
    post_id $number,
    publisher TEXT NOT NULL,
    dated $time NOT NULL,
    counted BOOLEAN NOT NULL,
    role VARCHAR(10) NOT NULL,
    joined_by $number NOT NULL,
    removed_by $number,
    CONSTRAINT pk_matter_posts PRIMARY KEY (id),
    CONSTRAINT ck_matter_posts_role CHECK (role IN ('first', 'copy', 'joined')),
    CONSTRAINT fk_matter_posts_matter_id_matters FOREIGN KEY (matter_id) REFERENCES matters (id) ON DELETE RESTRICT,
    CONSTRAINT fk_matter_posts_post_id_posts FOREIGN KEY (post_id) REFERENCES posts (id) ON DELETE SET NULL,
    CONSTRAINT fk_matter_posts_joined_by_matter_events FOREIGN KEY (joined_by)
        REFERENCES matter_events (id) ON DELETE RESTRICT,
    CONSTRAINT fk_matter_posts_removed_by_matter_events FOREIGN KEY (removed_by)
        REFERENCES matter_events (id) ON DELETE RESTRICT
);

CREATE INDEX ix_matter_posts_matter_id_dated ON matter_posts (matter_id, dated);

CREATE UNIQUE INDEX uq_matter_posts_standing ON matter_posts (matter_id, post_id) WHERE removed_by IS NULL;

CREATE INDEX ix_matter_posts_post_id ON matter_posts (post_id);

CREATE INDEX ix_matter_posts_joined_by ON matter_posts (joined_by);

CREATE INDEX ix_matter_posts_removed_by ON matter_posts (removed_by) WHERE removed_by IS NOT NULL;

-- Filled in before it becomes NOT NULL.
ALTER TABLE corrections ADD COLUMN matter_id $number
