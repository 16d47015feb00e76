"""Places that publish what they found of models: one file a place. What they say is reported, not checked by us."""
