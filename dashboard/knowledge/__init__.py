"""What we know and may give: facts, gaps, powers, good decisions."""
