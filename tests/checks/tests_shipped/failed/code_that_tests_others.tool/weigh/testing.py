def weigh_all():
    return 1
