import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "vendor"))

import discounts


def handler(event, context):
    return {"to pay": discounts.reduce(event), "from": discounts.__file__}
