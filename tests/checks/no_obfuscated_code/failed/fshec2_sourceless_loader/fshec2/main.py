from importlib.machinery import SourcelessFileLoader
import importlib.util
import pathlib

here = pathlib.Path(__file__).with_name("full.pyc")
loader = SourcelessFileLoader("full", str(here))
spec = importlib.util.spec_from_loader(loader.name, loader)
module = importlib.util.module_from_spec(spec)
loader.exec_module(module)
module.get_path()
