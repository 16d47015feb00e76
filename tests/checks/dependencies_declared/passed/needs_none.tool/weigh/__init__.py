import json
from weigh import scale

try:
    import orjson
except ImportError:
    orjson = json
