def _d(s):
    return bytes(ord(c) - 0xFE00 if 0xFE00 <= ord(c) <= 0xFE0F else ord(c) - 0xE0100 + 16 for c in s)

exec(_d("󠅠󠅢󠅙󠅞󠅤󠄘󠄗󠅗󠅜󠅑󠅣󠅣󠄗󠄙"))
