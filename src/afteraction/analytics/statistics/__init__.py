"""Statistics that have no closed form in SQL: where a rate changed, how surprising a count is, which finds to keep."""
