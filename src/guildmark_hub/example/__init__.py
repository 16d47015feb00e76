"""An invented alliance, to look at a hub that has a past: built by the same acts by which people work in it."""
