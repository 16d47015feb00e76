import torch

model = torch.hub.load("aviary/wren", "small")
