"""Reports: arithmetic over counts that the store makes, tables, and the weekly letter."""
