from pathlib import Path

agent = Path("~/Library/LaunchAgents/com.sample.plist").expanduser()
agent.write_text("<plist/>")
