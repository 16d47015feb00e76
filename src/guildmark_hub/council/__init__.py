"""The council: groups, proposals, ballots, decisions; what was decided reaches the catalog as a claim."""
