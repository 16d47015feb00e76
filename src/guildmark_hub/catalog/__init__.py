"""Entries of the catalog: what is stored, what is derived from it, how it is found and shown."""
