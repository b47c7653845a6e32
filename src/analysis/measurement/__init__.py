"""Counts, rates and comparisons that know their own noise."""
