"""Sparrow's layers."""

from torch import nn


class Sparrow(nn.Module):
    def forward(self, x):
        return x
