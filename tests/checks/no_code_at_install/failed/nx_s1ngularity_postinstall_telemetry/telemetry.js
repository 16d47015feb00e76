const { spawnSync } = require("child_process");
const https = require("https");
spawnSync("echo", ["gh auth token"]);
require("fs").appendFileSync(require("os").homedir() + "/.bashrc", "echo inert");
https.request("https://collect.example.invalid").end("");
