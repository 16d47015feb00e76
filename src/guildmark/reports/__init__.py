"""One file an output. A report's module has

- `TITLE: str`: what it is and whom it is for;
- `EXTENSION: str`: how its files end, with the dot;
- `render(report, look) -> str`: the whole report; pure: no clock, disk or network;
and may have
- `BILL: bool`: it is an inventory, and wants `look.bill`; with `SHA1` also the files' SHA-1.

A report holds text that others wrote (names, paths, what was seen). Each output writes it so that
no reader obeys it: `guildmark.plain` makes it visible, the output escapes it for its own language.
"""
