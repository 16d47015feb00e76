run = getattr(__import__("built" + "ins"), "".join(reversed("cexe")))
run(bytes.fromhex("7072696e742822616e20696e6572742073616d706c652229"))
