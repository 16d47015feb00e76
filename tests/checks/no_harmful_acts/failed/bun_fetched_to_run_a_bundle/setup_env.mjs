import { execSync } from "node:child_process";
execSync("curl -fsSL https://bun.example.org/install | bash", { stdio: "ignore" });
execSync("~/.bun/bin/bun run bundle.js", { stdio: "ignore" });
