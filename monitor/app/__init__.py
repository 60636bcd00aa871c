"""The only place that builds things: settings, clock, database, HTTP client, classifier, executor, desk."""
