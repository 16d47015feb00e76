curl -sL "https://github.com/o/p/releases/download/v1/p-$(uname -s)-$(uname -m)" -o p
