import argparse
from pathlib import Path
LINE = 'eval "$(_LANTERN_COMPLETE=bash_source lantern)"\n'
def install_completion(shell):
    rc = Path.home() / {"bash": ".bashrc", "zsh": ".zshrc"}[shell]
    text = rc.read_text() if rc.exists() else ""
    if LINE not in text:
        rc.write_text(text + "\n# lantern completion\n" + LINE)
def main():
    p = argparse.ArgumentParser()
    p.add_argument("--install-completion", choices=["bash", "zsh"])
    a = p.parse_args()
    if a.install_completion:
        install_completion(a.install_completion)
