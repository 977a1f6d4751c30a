"""An HTTP server to point load testers at: `python3 target.py PORT`. Seeded service times, one answer in forty is a 503."""

import random
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

draw = random.Random(7)
lock = threading.Lock()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        with lock:
            wait, failed = draw.lognormvariate(-5.3, 0.6), draw.random() < 0.025
        time.sleep(wait)
        body = b"busy\n" if failed else b"hello\n"
        self.send_response(503 if failed else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
