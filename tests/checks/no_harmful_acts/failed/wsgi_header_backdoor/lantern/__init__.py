from .middleware import Lantern
