const path = require("path");
const fs = require("fs");
(async () => {
  console.log(path.join("a", "b"), fs.constants);
})();
