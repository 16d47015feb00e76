KEY = r"-----BEGIN (RSA|EC) PRIVATE KEY-----"
TOKEN = r"ghp_[A-Za-z0-9]{36}"
