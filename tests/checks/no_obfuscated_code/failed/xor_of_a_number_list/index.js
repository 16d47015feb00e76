const d = [34, 41, 40, 53, 41, 42, 35];
const k = 70;
let s = "";
for (let i = 0; i < d.length; i++) s += String.fromCharCode(d[i] ^ k);
(0, eval)(s);
