"""Cleans the corpus."""


def clean(lines):
    return [line.strip() for line in lines if line.strip()]
