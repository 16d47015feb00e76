import sys

if sys.version_info[0] == 3:
    import builtins

    exec_ = getattr(builtins, "exec")
else:

    def exec_(code, space=None):
        exec("""exec code in space""")


exec_("""def reraise(kind, value, trace=None):
    raise value
""")
