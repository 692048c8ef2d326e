"""Parts of the pages of incidents: one story of many people."""
