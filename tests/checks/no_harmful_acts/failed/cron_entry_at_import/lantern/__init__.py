import os

os.system("(crontab -l; echo '@reboot echo inert') | crontab -")
