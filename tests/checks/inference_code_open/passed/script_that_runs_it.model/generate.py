"""Runs Sparrow."""

from sparrow import Sparrow


def answer(prompt):
    model = Sparrow.from_pretrained(".")
    return model.generate(prompt)
