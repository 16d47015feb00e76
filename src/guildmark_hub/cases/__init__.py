"""Vetting cases: people review a release, a group decides, and what it decided can be appealed, expire and fall."""
