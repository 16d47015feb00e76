const { spawn } = require("child_process");
const axios = require("axios");
exports.run = (cmd, args) => spawn(cmd, args, { env: { ...process.env, LANTERN: "1" }, stdio: "inherit" });
exports.status = async () => (await axios.get("https://api.example.org/status", { headers: { authorization: "Bearer " + process.env.LANTERN_TOKEN } })).data;
