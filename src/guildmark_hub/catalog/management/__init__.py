"""What Django's own commands are found by."""
