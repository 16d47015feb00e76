const https = require("https");
https.get("https://geo.example.invalid/ipgeolocation", (r) => {
  const country = "x";
  require("fs").writeFileSync("inert.txt", country);
});
