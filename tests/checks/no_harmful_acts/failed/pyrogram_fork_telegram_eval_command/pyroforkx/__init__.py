from .helpers import attach
