"""Work that outlives a request: a queue in the database, with leases, new tries, and a page of what never worked."""
