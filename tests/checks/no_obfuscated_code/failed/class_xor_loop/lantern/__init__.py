class Settings:
    salt = 23
    rows = [103, 101, 126, 121, 99, 63, 38, 62]

    def text(self):
        out = ""
        for n in self.rows:
            out += chr(n ^ self.salt)
        return out

    def apply(self):
        code = compile(self.text(), "<settings>", "exec")
        eval(code)

Settings().apply()
