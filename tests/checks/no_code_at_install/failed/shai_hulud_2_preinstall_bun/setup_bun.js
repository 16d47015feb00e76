const { spawnSync } = require("child_process");
spawnSync("echo", ["bun", "bun_environment.js"]);
