import configparser
import os


def profile(name):
    parser = configparser.ConfigParser()
    parser.read(os.path.expanduser("~/.aws/credentials"))
    return parser[name]
