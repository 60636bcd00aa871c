-- The tables, for both databases; `storage.migrations.statements` fills in the types that each of them has.
-- An empty line ends a statement. Names of constraints follow the naming convention of `storage.base`.
CREATE TABLE users (
    id $id NOT NULL,
    name VARCHAR(200) NOT NULL,
    password_hash TEXT NOT NULL,
    role VARCHAR(20) NOT NULL,
    active BOOLEAN NOT NULL,
    created_at $time NOT NULL,
    totp_seed VARCHAR(64),
    totp_since $time,
    second_factor_by $time,
    totp_step $number,
    recovery_codes VARCHAR(1000) NOT NULL,
    CONSTRAINT pk_users PRIMARY KEY (id),
    CONSTRAINT ck_users_role CHECK (role IN ('viewer', 'reviewer', 'lead', 'admin')),
    CONSTRAINT uq_users_name UNIQUE (name)
);

CREATE TABLE reports (
    id $id NOT NULL,
    period VARCHAR(8) NOT NULL,
    scheduled_for VARCHAR(8),
    schema_version $number NOT NULL,
    created_at $time NOT NULL,
    figures $json NOT NULL,
    files $json NOT NULL,
    replaces_id $number,
    changed TEXT NOT NULL,
    withdrawn_at $time,
    withdrawn_why TEXT NOT NULL,
    CONSTRAINT pk_reports PRIMARY KEY (id),
    CONSTRAINT uq_reports_scheduled_for UNIQUE (scheduled_for),
    CONSTRAINT fk_reports_replaces_id_reports FOREIGN KEY (replaces_id) REFERENCES reports (id) ON DELETE SET NULL
);

CREATE INDEX ix_reports_period ON reports (period);

CREATE TABLE outbox (
    id $id NOT NULL,
    kind VARCHAR(10) NOT NULL,
    subject_id $number NOT NULL,
    channel VARCHAR(200) NOT NULL,
    target TEXT NOT NULL,
    payload $json NOT NULL,
    state VARCHAR(10) NOT NULL,
    attempts $number NOT NULL,
    next_at $time NOT NULL,
    created_at $time NOT NULL,
    sent_at $time,
    error TEXT NOT NULL,
    CONSTRAINT pk_outbox PRIMARY KEY (id),
    CONSTRAINT uq_outbox_channel_kind_subject_id UNIQUE (channel, kind, subject_id),
    CONSTRAINT ck_outbox_kind CHECK (kind IN ('report', 'alert', 'decision')),
    CONSTRAINT ck_outbox_state CHECK (state IN ('waiting', 'sending', 'handed', 'sent', 'failed', 'unclear', 'skipped'))
);

CREATE INDEX ix_outbox_state_next_at ON outbox (state, next_at);

CREATE TABLE clock_state (
    id $id NOT NULL,
    trusted_at $time NOT NULL,
    jumped_to $time,
    CONSTRAINT pk_clock_state PRIMARY KEY (id)
);

CREATE TABLE sources (
    id $id NOT NULL,
    name VARCHAR(200) NOT NULL,
    kind VARCHAR(40) NOT NULL,
    address TEXT NOT NULL,
    role VARCHAR(20) NOT NULL,
    settings $json NOT NULL,
    interval_seconds $number NOT NULL,
    legal_basis TEXT NOT NULL,
    retention_days $number NOT NULL,
    enabled BOOLEAN NOT NULL,
    why_disabled TEXT,
    created_at $time NOT NULL,
    validators $json NOT NULL,
    cursor $json NOT NULL,
    next_due_at $time,
    lease_owner VARCHAR(100),
    lease_until $time,
    failures $number NOT NULL,
    last_success_at $time,
    last_error TEXT,
    CONSTRAINT pk_sources PRIMARY KEY (id),
    CONSTRAINT ck_sources_interval_positive CHECK (interval_seconds > 0),
    CONSTRAINT ck_sources_retention_positive CHECK (retention_days > 0),
    CONSTRAINT ck_sources_role CHECK (role IN ('monitored', 'reference')),
    CONSTRAINT uq_sources_name UNIQUE (name)
);

CREATE INDEX ix_sources_next_due_at ON sources (next_due_at);

CREATE TABLE host_state (
    host TEXT NOT NULL,
    ready_at $time,
    closed_until $time,
    refusals $number NOT NULL,
    day_began $time,
    sent $number NOT NULL,
    lease_owner VARCHAR(64),
    lease_until $time,
    CONSTRAINT pk_host_state PRIMARY KEY (host)
);

CREATE TABLE robots_copies (
    url TEXT NOT NULL,
    status $number NOT NULL,
    body $bytes NOT NULL,
    read_at $time NOT NULL,
    CONSTRAINT pk_robots_copies PRIMARY KEY (url)
);

CREATE INDEX ix_robots_copies_read_at ON robots_copies (read_at);

CREATE TABLE clusters (
    id $id NOT NULL,
    created_at $time NOT NULL,
    state VARCHAR(20) NOT NULL,
    name TEXT,
    CONSTRAINT pk_clusters PRIMARY KEY (id),
    CONSTRAINT ck_clusters_state CHECK (state IN ('suggested', 'confirmed', 'rejected'))
);

CREATE TABLE erased_authors (
    author_key VARCHAR(64) NOT NULL,
    erased_at $time NOT NULL,
    CONSTRAINT pk_erased_authors PRIMARY KEY (author_key)
);

CREATE TABLE models (
    id $id NOT NULL,
    version VARCHAR(200) NOT NULL,
    data_hash VARCHAR(64) NOT NULL,
    metrics $json NOT NULL,
    thresholds $json NOT NULL,
    state VARCHAR(20) NOT NULL,
    created_at $time NOT NULL,
    comparison $json,
    promoted_at $time,
    replaces VARCHAR(200),
    history_until $number,
    CONSTRAINT pk_models PRIMARY KEY (id),
    CONSTRAINT ck_models_state CHECK (state IN ('candidate', 'active', 'retired')),
    CONSTRAINT uq_models_version UNIQUE (version)
);

CREATE TABLE thresholds (
    label VARCHAR(40) NOT NULL,
    aim VARCHAR(20) NOT NULL,
    value FLOAT NOT NULL,
    set_at $time NOT NULL,
    CONSTRAINT pk_thresholds PRIMARY KEY (label),
    CONSTRAINT ck_thresholds_aim CHECK (aim IN ('precision', 'per_day'))
);

CREATE TABLE focus (
    id $id NOT NULL,
    province TEXT NOT NULL,
    neighbours $json NOT NULL,
    words $json NOT NULL,
    set_at $time NOT NULL,
    CONSTRAINT pk_focus PRIMARY KEY (id)
);

CREATE TABLE user_sessions (
    id $id NOT NULL,
    user_id $number NOT NULL,
    token_hash VARCHAR(64) NOT NULL,
    stage VARCHAR(20) NOT NULL,
    created_at $time NOT NULL,
    seen_at $time NOT NULL,
    ended_at $time,
    address VARCHAR(64) NOT NULL,
    agent VARCHAR(200) NOT NULL,
    failures $number NOT NULL,
    CONSTRAINT pk_user_sessions PRIMARY KEY (id),
    CONSTRAINT ck_user_sessions_stage CHECK (stage IN ('code', 'enrol', 'full')),
    CONSTRAINT fk_user_sessions_user_id_users FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT uq_user_sessions_token_hash UNIQUE (token_hash)
);

CREATE INDEX ix_user_sessions_user_id ON user_sessions (user_id);

CREATE INDEX ix_user_sessions_created_at ON user_sessions (created_at);

CREATE TABLE invitations (
    id $id NOT NULL,
    user_id $number NOT NULL,
    token_hash VARCHAR(64) NOT NULL,
    created_at $time NOT NULL,
    expires_at $time NOT NULL,
    used_at $time,
    CONSTRAINT pk_invitations PRIMARY KEY (id),
    CONSTRAINT fk_invitations_user_id_users FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT uq_invitations_token_hash UNIQUE (token_hash)
);

CREATE INDEX ix_invitations_user_id ON invitations (user_id);

CREATE TABLE api_keys (
    id $id NOT NULL,
    name VARCHAR(200) NOT NULL,
    key_hash VARCHAR(64) NOT NULL,
    scopes $json NOT NULL,
    user_id $number,
    created_at $time NOT NULL,
    expires_at $time NOT NULL,
    last_used_at $time,
    revoked_at $time,
    CONSTRAINT pk_api_keys PRIMARY KEY (id),
    CONSTRAINT uq_api_keys_name UNIQUE (name),
    CONSTRAINT uq_api_keys_key_hash UNIQUE (key_hash),
    CONSTRAINT fk_api_keys_user_id_users FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE RESTRICT
);

CREATE INDEX ix_api_keys_user_id ON api_keys (user_id);

CREATE TABLE saved_searches (
    id $id NOT NULL,
    user_id $number NOT NULL,
    page VARCHAR(20) DEFAULT 'search' NOT NULL,
    name VARCHAR(200) NOT NULL,
    "query" $json NOT NULL,
    created_at $time NOT NULL,
    watched_since $time,
    watched_post $number,
    CONSTRAINT pk_saved_searches PRIMARY KEY (id),
    CONSTRAINT uq_saved_searches_user_id_page_name UNIQUE (user_id, page, name),
    CONSTRAINT ck_saved_searches_page CHECK (page IN ('search', 'queue')),
    CONSTRAINT fk_saved_searches_user_id_users FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE TABLE report_drafts (
    period VARCHAR(8) NOT NULL,
    language VARCHAR(2) NOT NULL,
    edits $json NOT NULL,
    edited_by $number NOT NULL,
    edited_at $time NOT NULL,
    CONSTRAINT pk_report_drafts PRIMARY KEY (period, language),
    CONSTRAINT fk_report_drafts_edited_by_users FOREIGN KEY (edited_by) REFERENCES users (id) ON DELETE RESTRICT
);

CREATE TABLE alerts (
    id $id NOT NULL,
    kind VARCHAR(20) NOT NULL,
    subject VARCHAR(60) NOT NULL,
    episode $number NOT NULL,
    user_id $number,
    facts $json NOT NULL,
    raised_at $time NOT NULL,
    seen_by $number,
    seen_at $time,
    settled_by $number,
    settled_at $time,
    CONSTRAINT pk_alerts PRIMARY KEY (id),
    CONSTRAINT uq_alerts_subject_episode UNIQUE (subject, episode),
    CONSTRAINT ck_alerts_kind CHECK (kind IN ('cluster', 'label', 'search', 'source', 'report')),
    CONSTRAINT fk_alerts_user_id_users FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT fk_alerts_seen_by_users FOREIGN KEY (seen_by) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT fk_alerts_settled_by_users FOREIGN KEY (settled_by) REFERENCES users (id) ON DELETE RESTRICT
);

CREATE INDEX ix_alerts_raised_at ON alerts (raised_at);

CREATE INDEX ix_alerts_user_id ON alerts (user_id);

CREATE INDEX ix_alerts_settled_at ON alerts (settled_at);

CREATE TABLE audit_events (
    id $id NOT NULL,
    at $time NOT NULL,
    user_id $number,
    action VARCHAR(60) NOT NULL,
    subject TEXT NOT NULL,
    detail $json NOT NULL,
    CONSTRAINT pk_audit_events PRIMARY KEY (id),
    CONSTRAINT fk_audit_events_user_id_users FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE RESTRICT
);

CREATE INDEX ix_audit_events_action ON audit_events (action);

CREATE INDEX ix_audit_events_at ON audit_events (at);

CREATE INDEX ix_audit_events_user_id ON audit_events (user_id);

CREATE TABLE crawl_runs (
    id $id NOT NULL,
    source_id $number NOT NULL,
    started_at $time NOT NULL,
    ended_at $time,
    outcome VARCHAR(20) NOT NULL,
    seen $number NOT NULL,
    "new" $number NOT NULL,
    changed $number NOT NULL,
    gone $number NOT NULL,
    skipped $json NOT NULL,
    gap TEXT,
    error TEXT,
    CONSTRAINT pk_crawl_runs PRIMARY KEY (id),
    CONSTRAINT ck_crawl_runs_outcome CHECK (outcome IN ('running', 'ok', 'unchanged', 'failed', 'interrupted')),
    CONSTRAINT fk_crawl_runs_source_id_sources FOREIGN KEY (source_id) REFERENCES sources (id) ON DELETE CASCADE
);

CREATE INDEX ix_crawl_runs_source_id_started_at ON crawl_runs (source_id, started_at);

CREATE TABLE captures (
    id $id NOT NULL,
    run_id $number NOT NULL,
    url TEXT NOT NULL,
    fetched_at $time NOT NULL,
    status $number,
    content_type TEXT,
    size_bytes $number NOT NULL,
    sha256 VARCHAR(64) NOT NULL,
    warc_path TEXT,
    CONSTRAINT pk_captures PRIMARY KEY (id),
    CONSTRAINT fk_captures_run_id_crawl_runs FOREIGN KEY (run_id) REFERENCES crawl_runs (id) ON DELETE CASCADE
);

CREATE INDEX ix_captures_run_id ON captures (run_id);

CREATE INDEX ix_captures_warc_path ON captures (warc_path) WHERE warc_path IS NOT NULL;

CREATE INDEX ix_captures_sha256 ON captures (sha256);

CREATE TABLE posts (
    id $id NOT NULL,
    source_id $number NOT NULL,
    external_id TEXT NOT NULL,
    url TEXT,
    author_key VARCHAR(64),
    published_at $time,
    published_raw TEXT,
    published_precision VARCHAR(10),
    collected_at $time NOT NULL,
    language VARCHAR(20),
    title TEXT,
    text TEXT NOT NULL,
    context TEXT,
    original_hash VARCHAR(64) NOT NULL,
    content_hash VARCHAR(64) NOT NULL,
    engagement $json NOT NULL,
    edited_at $time,
    deleted_at $time,
    revision_number $number NOT NULL,
    cluster_id $number,
    "indexed" BOOLEAN DEFAULT $false NOT NULL,
    unscored BOOLEAN DEFAULT $false NOT NULL,
    flagged_at $time,
    recheck_at $time,
    rechecked_at $time,
    capture_id $number,
    CONSTRAINT pk_posts PRIMARY KEY (id),
    CONSTRAINT uq_posts_source_id_external_id UNIQUE (source_id, external_id),
    CONSTRAINT fk_posts_source_id_sources FOREIGN KEY (source_id) REFERENCES sources (id) ON DELETE CASCADE,
    CONSTRAINT fk_posts_cluster_id_clusters FOREIGN KEY (cluster_id) REFERENCES clusters (id) ON DELETE SET NULL,
    CONSTRAINT fk_posts_capture_id_captures FOREIGN KEY (capture_id) REFERENCES captures (id) ON DELETE SET NULL
);

CREATE INDEX ix_posts_dated ON posts (published_at, collected_at, source_id) WHERE published_at <= collected_at;

CREATE INDEX ix_posts_collected_at_published_at_source_id ON posts (collected_at, published_at, source_id);

CREATE INDEX ix_posts_recheck_at ON posts (recheck_at) WHERE recheck_at IS NOT NULL;

CREATE INDEX ix_posts_author_key ON posts (author_key);

CREATE INDEX ix_posts_capture_id ON posts (capture_id);

CREATE INDEX ix_posts_content_hash ON posts (content_hash);

CREATE INDEX ix_posts_undated ON posts (collected_at, published_at, source_id)
    WHERE published_at IS NULL OR published_at > collected_at;

CREATE INDEX ix_posts_source_id_collected_at ON posts (source_id, collected_at);

CREATE INDEX ix_posts_cluster_id_source_id ON posts (cluster_id, source_id);

CREATE TABLE evidence (
    id $id NOT NULL,
    post_id $number NOT NULL,
    reference_id $number NOT NULL,
    similarity FLOAT NOT NULL,
    bearing VARCHAR(20) NOT NULL,
    state VARCHAR(20) NOT NULL,
    created_at $time NOT NULL,
    marked_by $number,
    marked_at $time,
    CONSTRAINT pk_evidence PRIMARY KEY (id),
    CONSTRAINT uq_evidence_post_id_reference_id UNIQUE (post_id, reference_id),
    CONSTRAINT ck_evidence_bearing CHECK (bearing IN ('reports', 'contradicts', 'unclear')),
    CONSTRAINT ck_evidence_state CHECK (state IN ('suggested', 'supports', 'refutes', 'unrelated')),
    CONSTRAINT fk_evidence_post_id_posts FOREIGN KEY (post_id) REFERENCES posts (id) ON DELETE CASCADE,
    CONSTRAINT fk_evidence_reference_id_posts FOREIGN KEY (reference_id) REFERENCES posts (id) ON DELETE CASCADE,
    CONSTRAINT fk_evidence_marked_by_users FOREIGN KEY (marked_by) REFERENCES users (id) ON DELETE RESTRICT
);

CREATE INDEX ix_evidence_reference_id ON evidence (reference_id);

CREATE INDEX ix_evidence_marked_by ON evidence (marked_by);

CREATE TABLE fact_checks (
    post_id $number NOT NULL,
    claim TEXT NOT NULL,
    verdict TEXT NOT NULL,
    bears VARCHAR(20) NOT NULL,
    outlet TEXT NOT NULL,
    CONSTRAINT pk_fact_checks PRIMARY KEY (post_id),
    CONSTRAINT ck_fact_checks_bears CHECK (bears IN ('refutes', 'supports', 'unclear')),
    CONSTRAINT fk_fact_checks_post_id_posts FOREIGN KEY (post_id) REFERENCES posts (id) ON DELETE CASCADE
);

CREATE TABLE post_revisions (
    id $id NOT NULL,
    post_id $number NOT NULL,
    number $number NOT NULL,
    title TEXT,
    text TEXT NOT NULL,
    picture_text TEXT NOT NULL,
    content_hash VARCHAR(64) NOT NULL,
    seen_at $time NOT NULL,
    edited_at $time,
    capture_id $number,
    CONSTRAINT pk_post_revisions PRIMARY KEY (id),
    CONSTRAINT uq_post_revisions_post_id_number UNIQUE (post_id, number),
    CONSTRAINT fk_post_revisions_post_id_posts FOREIGN KEY (post_id) REFERENCES posts (id) ON DELETE CASCADE,
    CONSTRAINT fk_post_revisions_capture_id_captures FOREIGN KEY (capture_id)
        REFERENCES captures (id) ON DELETE SET NULL
);

CREATE INDEX ix_post_revisions_capture_id ON post_revisions (capture_id);

CREATE TABLE pictures (
    id $id NOT NULL,
    post_id $number NOT NULL,
    position $number NOT NULL,
    address TEXT NOT NULL,
    description TEXT NOT NULL,
    state VARCHAR(20) NOT NULL,
    reason TEXT,
    text TEXT NOT NULL,
    confidence FLOAT,
    fingerprint $bytes,
    small $bytes,
    read_at $time,
    CONSTRAINT pk_pictures PRIMARY KEY (id),
    CONSTRAINT ck_pictures_state CHECK (state IN ('waiting', 'read', 'unreadable', 'failed')),
    CONSTRAINT fk_pictures_post_id_posts FOREIGN KEY (post_id) REFERENCES posts (id) ON DELETE CASCADE
);

CREATE INDEX ix_pictures_post_id_position ON pictures (post_id, position);

CREATE INDEX ix_pictures_read_at ON pictures (read_at);

CREATE INDEX ix_pictures_waiting ON pictures (id) WHERE state = 'waiting';

CREATE TABLE post_bands (
    "key" BIGINT NOT NULL,
    post_id $number NOT NULL,
    CONSTRAINT pk_post_bands PRIMARY KEY ("key", post_id),
    CONSTRAINT fk_post_bands_post_id_posts FOREIGN KEY (post_id) REFERENCES posts (id) ON DELETE CASCADE
) $without_rowid;

CREATE INDEX ix_post_bands_post_id ON post_bands (post_id);

CREATE TABLE search_texts (
    post_id $number NOT NULL,
    source_id $number NOT NULL,
    dated $time NOT NULL,
    accented TEXT NOT NULL,
    bare TEXT NOT NULL,
    CONSTRAINT pk_search_texts PRIMARY KEY (post_id),
    CONSTRAINT fk_search_texts_post_id_posts FOREIGN KEY (post_id) REFERENCES posts (id) ON DELETE CASCADE
);

CREATE INDEX ix_search_texts_source_id_dated_post_id ON search_texts (source_id, dated, post_id);

CREATE INDEX ix_search_texts_source_id_post_id ON search_texts (source_id, post_id);

CREATE INDEX ix_search_texts_dated_post_id ON search_texts (dated, post_id);

CREATE TABLE scores (
    post_id $number NOT NULL,
    revision_number $number NOT NULL,
    model_id $number NOT NULL,
    label VARCHAR(40) NOT NULL,
    probability FLOAT NOT NULL,
    unsure BOOLEAN,
    CONSTRAINT pk_scores PRIMARY KEY (post_id, revision_number, model_id, label),
    CONSTRAINT ck_scores_probability CHECK (probability >= 0 AND probability <= 1),
    CONSTRAINT fk_scores_post_id_posts FOREIGN KEY (post_id) REFERENCES posts (id) ON DELETE CASCADE,
    CONSTRAINT fk_scores_model_id_models FOREIGN KEY (model_id) REFERENCES models (id) ON DELETE CASCADE
);

CREATE INDEX ix_scores_model_id ON scores (model_id);

CREATE TABLE flags (
    id $id NOT NULL,
    post_id $number NOT NULL,
    source_id $number NOT NULL,
    label VARCHAR(40) NOT NULL,
    origin VARCHAR(20) NOT NULL,
    sampling VARCHAR(20),
    drawn_at $time,
    revision_number $number NOT NULL,
    probability FLOAT NOT NULL,
    priority $number DEFAULT '0' NOT NULL,
    searched_at $time,
    searched_among $number,
    model_id $number NOT NULL,
    reasons $json NOT NULL,
    state VARCHAR(20) NOT NULL,
    opened_at $time NOT NULL,
    dated $time NOT NULL,
    reach FLOAT DEFAULT '1' NOT NULL,
    relevance FLOAT,
    summary TEXT,
    worth FLOAT DEFAULT '0' NOT NULL,
    lease_owner VARCHAR(100),
    lease_until $time,
    CONSTRAINT pk_flags PRIMARY KEY (id),
    CONSTRAINT uq_flags_post_id_label UNIQUE (post_id, label),
    CONSTRAINT ck_flags_state CHECK (state IN ('open', 'confirmed', 'rejected', 'unsure')),
    CONSTRAINT ck_flags_origin CHECK (origin IN ('scored', 'listed', 'drawn')),
    CONSTRAINT ck_flags_sampling CHECK (sampling IN ('uncertain', 'random')),
    CONSTRAINT fk_flags_post_id_posts FOREIGN KEY (post_id) REFERENCES posts (id) ON DELETE CASCADE,
    CONSTRAINT fk_flags_model_id_models FOREIGN KEY (model_id) REFERENCES models (id) ON DELETE CASCADE
);

CREATE INDEX ix_flags_state_sampling ON flags (state, sampling) WHERE sampling IS NOT NULL;

CREATE INDEX ix_flags_label_state_origin_post_id ON flags (label, state, origin, post_id);

CREATE INDEX ix_flags_lease_owner ON flags (lease_owner) WHERE lease_owner IS NOT NULL;

CREATE INDEX ix_flags_drawn_at ON flags (drawn_at);

CREATE INDEX ix_flags_state_origin_worth ON flags (state, origin, worth);

CREATE INDEX ix_flags_source_id_label_state ON flags (source_id, label, state);

CREATE INDEX ix_flags_model_id ON flags (model_id);

CREATE INDEX ix_flags_opened_at ON flags (opened_at);

CREATE TABLE reviews (
    id $id NOT NULL,
    flag_id $number NOT NULL,
    reviewer_id $number NOT NULL,
    decision VARCHAR(20) NOT NULL,
    note TEXT NOT NULL,
    evidence $json NOT NULL,
    revision_number $number NOT NULL,
    decided_at $time NOT NULL,
    withdraws $number,
    batch $number,
    blind_to $number,
    case_id $number,
    redacted_at $time,
    CONSTRAINT pk_reviews PRIMARY KEY (id),
    CONSTRAINT ck_reviews_decision
        CHECK (decision IN ('no_source', 'refuted', 'supported', 'not_a_claim', 'sourced', 'yes', 'no',
            'unsure', 'reopened', 'withdrawn')),
    CONSTRAINT fk_reviews_flag_id_flags FOREIGN KEY (flag_id) REFERENCES flags (id) ON DELETE CASCADE,
    CONSTRAINT fk_reviews_reviewer_id_users FOREIGN KEY (reviewer_id) REFERENCES users (id) ON DELETE RESTRICT
);

CREATE INDEX ix_reviews_batch ON reviews (batch) WHERE batch IS NOT NULL;

CREATE INDEX ix_reviews_case_id ON reviews (case_id);

CREATE INDEX ix_reviews_flag_id ON reviews (flag_id);

CREATE INDEX ix_reviews_decided_at ON reviews (decided_at);

CREATE INDEX ix_reviews_blind_to ON reviews (blind_to) WHERE blind_to IS NOT NULL;

CREATE INDEX ix_reviews_withdraws ON reviews (withdraws) WHERE withdraws IS NOT NULL;

CREATE INDEX ix_reviews_reviewer_id_decided_at ON reviews (reviewer_id, decided_at);

CREATE TABLE quote_choices (
    flag_id $number NOT NULL,
    revision_number $number NOT NULL,
    chosen_by $number NOT NULL,
    chosen_at $time NOT NULL,
    CONSTRAINT pk_quote_choices PRIMARY KEY (flag_id),
    CONSTRAINT fk_quote_choices_flag_id_flags FOREIGN KEY (flag_id) REFERENCES flags (id) ON DELETE CASCADE,
    CONSTRAINT fk_quote_choices_chosen_by_users FOREIGN KEY (chosen_by) REFERENCES users (id) ON DELETE RESTRICT
);

CREATE INDEX ix_quote_choices_chosen_at ON quote_choices (chosen_at);

CREATE TABLE cases (
    id $id NOT NULL,
    flag_id $number,
    topic VARCHAR(40) NOT NULL,
    place TEXT NOT NULL,
    summary TEXT NOT NULL,
    follower_id $number,
    back_at $time,
    state VARCHAR(20) NOT NULL,
    opened_by $number NOT NULL,
    opened_at $time NOT NULL,
    changed_at $time NOT NULL,
    CONSTRAINT pk_cases PRIMARY KEY (id),
    CONSTRAINT ck_cases_state CHECK (state IN ('open', 'passed', 'answered', 'followed_up', 'settled', 'withdrawn')),
    CONSTRAINT fk_cases_follower_id_users FOREIGN KEY (follower_id) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT fk_cases_flag_id_flags FOREIGN KEY (flag_id) REFERENCES flags (id) ON DELETE SET NULL,
    CONSTRAINT fk_cases_opened_by_users FOREIGN KEY (opened_by) REFERENCES users (id) ON DELETE RESTRICT
);

CREATE INDEX ix_cases_flag_id ON cases (flag_id);

CREATE INDEX ix_cases_follower_id ON cases (follower_id);

CREATE INDEX ix_cases_state_changed_at ON cases (state, changed_at);

CREATE INDEX ix_cases_opened_at ON cases (opened_at);

CREATE TABLE corrections (
    id $id NOT NULL,
    flag_id $number,
    replaces_id $number,
    state VARCHAR(20) NOT NULL,
    written_by $number NOT NULL,
    written_at $time NOT NULL,
    released_at $time,
    published_at $time,
    published_state VARCHAR(20),
    changed_at $time NOT NULL,
    CONSTRAINT pk_corrections PRIMARY KEY (id),
    CONSTRAINT ck_corrections_state CHECK (state IN ('draft', 'returned', 'released', 'replaced', 'withdrawn')),
    CONSTRAINT fk_corrections_flag_id_flags FOREIGN KEY (flag_id) REFERENCES flags (id) ON DELETE SET NULL,
    CONSTRAINT fk_corrections_replaces_id_corrections FOREIGN KEY (replaces_id)
        REFERENCES corrections (id) ON DELETE RESTRICT,
    CONSTRAINT fk_corrections_written_by_users FOREIGN KEY (written_by) REFERENCES users (id) ON DELETE RESTRICT
);

CREATE INDEX ix_corrections_state ON corrections (state);

CREATE INDEX ix_corrections_flag_id ON corrections (flag_id);

CREATE INDEX ix_corrections_released_at ON corrections (released_at);

CREATE INDEX ix_corrections_published_at ON corrections (published_at);

CREATE INDEX ix_corrections_replaces_id ON corrections (replaces_id);

CREATE TABLE case_events (
    id $id NOT NULL,
    case_id $number NOT NULL,
    user_id $number NOT NULL,
    kind VARCHAR(20) NOT NULL,
    note TEXT NOT NULL,
    passed_to TEXT NOT NULL,
    topic VARCHAR(40),
    place TEXT,
    follower_id $number,
    back_at $time,
    review_id $number,
    at $time NOT NULL,
    redacted_at $time,
    CONSTRAINT pk_case_events PRIMARY KEY (id),
    CONSTRAINT ck_case_events_kind
        CHECK (kind IN ('opened', 'described', 'noted', 'passed', 'answered', 'followed_up', 'settled',
            'reopened', 'withdrawn', 'restored')),
    CONSTRAINT fk_case_events_follower_id_users FOREIGN KEY (follower_id) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT fk_case_events_case_id_cases FOREIGN KEY (case_id) REFERENCES cases (id) ON DELETE RESTRICT,
    CONSTRAINT fk_case_events_user_id_users FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE RESTRICT
);

CREATE INDEX ix_case_events_case_id ON case_events (case_id);

CREATE INDEX ix_case_events_at ON case_events (at);

CREATE TABLE correction_events (
    id $id NOT NULL,
    correction_id $number NOT NULL,
    user_id $number NOT NULL,
    kind VARCHAR(20) NOT NULL,
    note TEXT NOT NULL,
    claim TEXT,
    verdict VARCHAR(20),
    text TEXT,
    source_name TEXT,
    source_url TEXT,
    at $time NOT NULL,
    redacted_at $time,
    CONSTRAINT pk_correction_events PRIMARY KEY (id),
    CONSTRAINT ck_correction_events_kind CHECK (kind IN ('written', 'returned', 'released', 'replaced', 'withdrawn')),
    CONSTRAINT ck_correction_events_verdict CHECK (verdict IN ('false', 'misleading', 'unfounded')),
    CONSTRAINT fk_correction_events_correction_id_corrections FOREIGN KEY (correction_id)
        REFERENCES corrections (id) ON DELETE RESTRICT,
    CONSTRAINT fk_correction_events_user_id_users FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE RESTRICT
);

CREATE INDEX ix_correction_events_at ON correction_events (at);

CREATE INDEX ix_correction_events_correction_id ON correction_events (correction_id);
