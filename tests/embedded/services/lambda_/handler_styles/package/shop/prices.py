import json
from importlib import resources
from pathlib import Path

PRICES = json.loads(Path(__file__).with_name("prices.json").read_text())


def price_of(article):
    assert json.loads(resources.files(__package__).joinpath("prices.json").read_text()) == PRICES
    return PRICES[article]
