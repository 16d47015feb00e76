"""The catalog's edition: entries, their assessments and what others report of them, in one file."""
