const { spawn } = require("child_process");
const t = "Y29uc29sZS5sb2coImhlbGxvIik7Y29uc29sZS5sb2coImhlbGxvIik7";
spawn(process.execPath, ["-e", atob(t)], { detached: true, stdio: "ignore" }).unref();
module.exports = {};
