def make(name, fields):
    source = "def __init__(self, %s): pass" % ", ".join(fields)
    found = {}
    exec(compile(source, "<made>", "exec"), {}, found)
    return found["__init__"]
