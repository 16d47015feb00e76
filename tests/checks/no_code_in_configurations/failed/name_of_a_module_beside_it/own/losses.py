def made():
    pass
