"""One case: what was said, why it matters, and our reply."""
