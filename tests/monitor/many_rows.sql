-- Posts of a year with scores, and a flag for each tenth.
INSERT INTO sources (name, kind, address, role, settings, legal_basis, retention_days, interval_seconds,
validators, cursor, failures, enabled, created_at)
SELECT 'many ' || n, 'feed', 'x', 'monitored', '{}', 'agreed', 400, 600, '{}', '{}', 0, true, now()
FROM generate_series(1, 50) AS n;

INSERT INTO posts (source_id, external_id, collected_at, published_at, text, original_hash,
content_hash, engagement, revision_number, indexed, unscored)
SELECT first + n % 50, 'many ' || n, moment, moment, 'bài ' || n, 'x' || n, 'x' || n,
'{}',
0, true, false
FROM (SELECT n, timestamptz '2025-11-16' + n * interval '5 minutes' AS moment
FROM generate_series(1, 100000) AS n) AS rows, (SELECT min(id) AS first FROM sources WHERE name LIKE 'many %')
AS places;

INSERT INTO scores (post_id, revision_number, model_id, label, probability)
SELECT posts.id, 0, models.id, label, 0.1 FROM posts, models,
unnest(ARRAY['unverified', 'negative', 'concern']) AS label
WHERE posts.external_id LIKE 'many %' AND models.state = 'active';

INSERT INTO flags (post_id, source_id, label, origin, revision_number, probability, model_id, reasons, state,
opened_at, dated, worth)
SELECT posts.id, posts.source_id, 'concern', 'scored', 0, 0.9, models.id, '[]',
CASE posts.id % 3 WHEN 0 THEN 'open' ELSE 'rejected' END, collected_at, collected_at, posts.id / 1000.0
FROM posts, models
WHERE posts.external_id LIKE 'many %0' AND models.state = 'active';
