_base_ = ["../wren.py"]
model = dict(type="Wren")
