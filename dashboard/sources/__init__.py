"""Watched places: their form, their health, what people do to them."""
