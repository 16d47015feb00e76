"""A transparency log: statements in their order, as static files that anyone can serve and check (C2SP tlog-tiles)."""
