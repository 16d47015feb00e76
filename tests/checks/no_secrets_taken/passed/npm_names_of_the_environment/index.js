const https = require("https");
const prefix = "lantern_";
for (const name of Object.keys(process.env)) {
  if (name.startsWith(prefix)) module.exports[name] = process.env[name];
}
module.exports.version = done => https.get("https://data.example.org/version", done);
