"""A WHEP endpoint of another implementation: aiortc sends a moving picture in H.264 to whoever has the token `open`.

Out: a line of JSON with the `port`, then one with `deleted` for each session that was ended. Ends when its input does.
"""

import asyncio
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import av.logging
from aiortc import RTCPeerConnection, RTCRtpSender, RTCSessionDescription, VideoStreamTrack

# The encoder would describe itself.
av.logging.set_level(av.logging.PANIC)
loop = asyncio.new_event_loop()
connections = {}


def say(message):
    print(json.dumps(message), flush=True)


async def answer(offer):
    connection = RTCPeerConnection()
    name = str(len(connections))
    connections[name] = connection
    await connection.setRemoteDescription(RTCSessionDescription(offer, "offer"))
    connection.addTrack(VideoStreamTrack())
    for transceiver in connection.getTransceivers():
        if transceiver.kind == "video":
            codecs = RTCRtpSender.getCapabilities("video").codecs
            transceiver.setCodecPreferences(
                [codec for codec in codecs if codec.mimeType in ("video/H264", "video/rtx")]
            )
    await connection.setLocalDescription(await connection.createAnswer())
    return name, connection.localDescription.sdp


def run(work):
    return asyncio.run_coroutine_threadsafe(work, loop).result(20)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def reply(self, status, body="", headers=None):
        self.send_response(status)
        for key, value in (headers or {}).items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.headers.get("Authorization") != "Bearer open":
            self.reply(401)
        elif self.headers.get("Content-Type") != "application/sdp" or self.path != "/camera/whep":
            self.reply(404)
        else:
            name, sdp = run(answer(body))
            self.reply(201, sdp, {"Content-Type": "application/sdp", "Location": f"/sessions/{name}"})

    def do_DELETE(self):
        run(connections[self.path.split("/")[-1]].close())
        self.reply(200)
        say({"deleted": self.path})


threading.Thread(target=loop.run_forever, daemon=True).start()
server = ThreadingHTTPServer(("10.77.0.2", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
say({"port": server.server_port})
sys.stdin.read()
