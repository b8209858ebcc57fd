from discounts.rates import RATE


def reduce(amount):
    return amount * (100 - RATE) // 100
