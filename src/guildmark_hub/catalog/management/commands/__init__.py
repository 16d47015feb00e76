"""Commands of the catalog: `guildmark hub manage rejudge`, `… rebuild_claims`."""
