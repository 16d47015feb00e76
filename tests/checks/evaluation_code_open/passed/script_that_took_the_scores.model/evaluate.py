"""Scores Sparrow."""


def accuracy(answers, truths):
    return sum(a == b for a, b in zip(answers, truths)) / len(truths)
