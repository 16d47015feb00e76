import importlib.util, runpy
from pathlib import Path
def load_plugin(path):
    ns = {"__file__": str(path)}
    exec(compile(Path(path).read_text("utf-8"), str(path), "exec"), ns)
    return ns
def load_module(path):
    spec = importlib.util.spec_from_file_location(Path(path).stem, path)
    m = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(m)
    return m
def script(path):
    return runpy.run_path(path)
