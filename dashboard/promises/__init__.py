"""What was promised in public, and how it ended."""
