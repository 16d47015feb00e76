def pay(аmount):
    return 0


def pаy(amount):
    return amount
