"""Which exact versions a release would be installed with, found out without installing or building anything.

The set is that of the newest versions that are allowed, for a stated environment: what `pip install` would take on
that machine, as far as the metadata of wheels tell. Of what only an sdist could tell the needs stay unread."""

from guildmark.resolve.asking import Bounds
from guildmark.resolve.environment import Environment, fitting
from guildmark.resolve.index import Index
from guildmark.resolve.needs import LISTING, NODE, PYTHON, Need, Needs, Problem, of
from guildmark.resolve.node import Release, resolve_node
from guildmark.resolve.registry import Machine, Registry
from guildmark.resolve.solve import Root, installed, resolve

__all__ = [
    "LISTING",
    "NODE",
    "PYTHON",
    "Bounds",
    "Environment",
    "Index",
    "Machine",
    "Need",
    "Needs",
    "Problem",
    "Registry",
    "Release",
    "Root",
    "fitting",
    "installed",
    "of",
    "resolve",
    "resolve_node",
]
