"""A sample."""
