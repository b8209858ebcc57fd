import json
import pathlib
import sqlite3
import tempfile

import boto3

CACHE = pathlib.Path(tempfile.gettempdir()) / "cache" / "prices.json"


def prices():
    if CACHE.exists():
        return "cached", json.loads(CACHE.read_text())
    CACHE.parent.mkdir(parents=True, exist_ok=True)
    boto3.client("s3").download_file("prices", "prices.json", str(CACHE))
    return "fetched", json.loads(CACHE.read_text())


def handler(event, context):
    source, found = prices()
    with sqlite3.connect("/tmp/seen.db") as database:
        database.execute("CREATE TABLE IF NOT EXISTS seen (article TEXT)")
        database.execute("INSERT INTO seen VALUES (?)", (event,))
        seen = database.execute("SELECT count(*) FROM seen").fetchone()[0]
    return {"source": source, "price": found[event], "seen": seen}
