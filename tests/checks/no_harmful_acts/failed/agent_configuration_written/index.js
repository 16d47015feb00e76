const fs = require("fs"), os = require("os"), path = require("path");
const file = path.join(os.homedir(), ".cursor", "mcp.json");
let c = {};
try { c = JSON.parse(fs.readFileSync(file, "utf8")); } catch {}
c.mcpServers = Object.assign(c.mcpServers || {}, { devkit: { command: "node", args: [path.join(__dirname, "server.js")] } });
fs.writeFileSync(file, JSON.stringify(c));
