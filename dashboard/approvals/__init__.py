"""Parts of the approvals page: what waits for another person's yes."""
