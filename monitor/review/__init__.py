"""What reviewers do, without the web: decide, read again, follow cases, correct."""
