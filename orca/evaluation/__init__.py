"""Metrics over a whole split, and the record of a score."""
