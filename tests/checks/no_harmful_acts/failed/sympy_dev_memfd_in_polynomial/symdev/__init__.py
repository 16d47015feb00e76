from .polys import degree
