"""What is off in a feed, by week, against its own past."""
