"""A made-up city with a known truth, so that no method is believed before it has found it."""
