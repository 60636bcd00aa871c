"""The only rooms that know both classifiers and storage: what happens to a post from its source to a reviewed flag."""
