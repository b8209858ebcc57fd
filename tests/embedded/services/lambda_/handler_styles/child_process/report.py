import json
import sys

with open(sys.argv[1]) as file:
    print(sum(json.load(file)))
