"""The only place that speaks SQL. `Store` is its door."""
