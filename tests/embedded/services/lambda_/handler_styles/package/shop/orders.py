from . import prices
from .prices import price_of


def handler(event, context):
    return {"price": price_of(event), "from": prices.__file__, "package": __package__}
