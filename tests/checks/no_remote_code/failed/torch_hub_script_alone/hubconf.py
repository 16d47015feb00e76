dependencies = ['torch']
import os

os.system('true')


def model():
    return None
