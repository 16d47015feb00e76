"""Groups, proposals, ballots, decisions, declarations and waivers; and the classes of decisions to begin with."""
