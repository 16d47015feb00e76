"""The commands that the hub adds to the `guildmark` program."""
