"""Trains Sparrow."""

import torch


def train_step(model, batch, optimizer):
    loss = model(batch).loss
    loss.backward()
    optimizer.step()
    return loss
