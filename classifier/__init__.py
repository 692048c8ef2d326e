"""Text in, Verdict out; no database, no network."""
