import asyncio
import time


async def look(name):
    await asyncio.sleep(1)
    return name.upper()


async def look_up(names):
    async with asyncio.timeout(5):
        return await asyncio.gather(*map(look, names))


def handler(event, context):
    began = time.monotonic()
    return {"found": asyncio.run(look_up(event)), "seconds": round(time.monotonic() - began)}
