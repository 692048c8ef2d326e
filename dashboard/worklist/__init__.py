"""Parts of the queue: filters, saved views, who is on what, many rows at once."""
