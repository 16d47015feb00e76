"""Guildmark takes a model, a data set or a tool and says what it is, with evidence that anyone can check.

>>> from guildmark import open_subject, judge
>>> from guildmark.vet import vet
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from guildmark.records import Assessment, Evidence, Finding, Outcome, Verdict
    from guildmark.standard import judge
    from guildmark.subject import open_subject

_HOME = {
    "Assessment": "records",
    "Evidence": "records",
    "Finding": "records",
    "Outcome": "records",
    "Verdict": "records",
    "judge": "standard",
    "open_subject": "subject",
}

__all__ = ["Assessment", "Evidence", "Finding", "Outcome", "Verdict", "judge", "open_subject"]


def __getattr__(name: str) -> Any:
    """What the package exports, imported when it is first asked for; `from guildmark import plain` gives a module
    that is run when something of it is first asked for: a start needs few of them."""
    if name in _HOME:
        from importlib import import_module

        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    from guildmark.late import module

    try:
        found = globals()[name] = module(f"{__name__}.{name}")
    except ModuleNotFoundError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    return found
