"""People and their rights: the administrators' page, and everybody's own account."""
