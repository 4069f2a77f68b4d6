"""GStreamer's RTSP server with a few streams, as an independent peer for the tests.

Usage: gstreamer-rtsp-server.py open|basic|digest USER PASSWORD [CERTIFICATE]
With a certificate (PEM, its key behind it) it speaks TLS.
Prints its port and ends when its standard input does.
"""

import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gio, GLib, Gst, GstRtsp, GstRtspServer

# Noise, so that key frames are large.
PICTURES = (
    "videotestsrc is-live=true pattern=snow"
    " ! video/x-raw,format=I420,width=320,height=240,framerate=15/1"
)
# A tone of 440 Hz.
TONE = " audiotestsrc is-live=true ! audio/x-raw,rate={rate},channels=1 ! "
H264 = PICTURES + " ! x264enc tune=zerolatency key-int-max=15 ! rtph264pay name=pay0 pt=96"
STREAMS = {
    "/live": H264,
    # Packets as large as RTP over TCP allows: nothing is fragmented.
    "/large-packets": H264 + " mtu=65000",
    "/pcma": H264 + TONE.format(rate=8000) + "alawenc ! rtppcmapay name=pay1 pt=8",
    "/pcmu": H264 + TONE.format(rate=8000) + "mulawenc ! rtppcmupay name=pay1 pt=0",
    "/aac": H264 + TONE.format(rate=16000) + "voaacenc ! rtpmp4gpay name=pay1 pt=97",
    "/opus": H264 + TONE.format(rate=48000) + "opusenc ! rtpopuspay name=pay1 pt=97",
    "/latm": H264 + TONE.format(rate=16000) + "voaacenc ! rtpmp4apay name=pay1 pt=97",
    "/jpeg": PICTURES + " ! jpegenc ! rtpjpegpay name=pay0 pt=26",
    # Larger than JPEG over RTP can say.
    "/jpeg-large": "videotestsrc is-live=true ! video/x-raw,format=I420,width=2560,height=1440,framerate=2/1"
    " ! jpegenc ! rtpjpegpay name=pay0 pt=26",
    "/h265": PICTURES + " ! x265enc tune=zerolatency key-int-max=15 ! rtph265pay name=pay0 pt=97",
    "/vp8": PICTURES + " ! vp8enc deadline=1 ! rtpvp8pay name=pay0 pt=98",
    "/sound-only": "audiotestsrc is-live=true ! alawenc ! rtppcmapay name=pay0 pt=8",
}
ROLE = "guard"


def authentication(scheme, user, password):
    auth = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", ROLE)
    if scheme == "basic":
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
    else:
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.add_digest(user, password, token)
    return auth


def stream(launch, is_open):
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(f"( {launch} )")
    factory.set_shared(True)
    if not is_open:
        permissions = GstRtspServer.RTSPPermissions()
        permissions.add_permission_for_role(ROLE, "media.factory.access", True)
        permissions.add_permission_for_role(ROLE, "media.factory.construct", True)
        factory.set_permissions(permissions)
    return factory


def main():
    scheme, user, password, *certificate = sys.argv[1:]
    Gst.init(None)
    loop = GLib.MainLoop()
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service("0")
    for path, launch in STREAMS.items():
        server.get_mount_points().add_factory(path, stream(launch, scheme == "open"))
    if scheme != "open":
        auth = authentication(scheme, user, password)
        for pem in certificate:
            auth.set_tls_certificate(Gio.TlsCertificate.new_from_file(pem))
        server.set_auth(auth)
    server.attach(None)
    GLib.io_add_watch(sys.stdin, GLib.IO_HUP | GLib.IO_IN, lambda *_: loop.quit())
    print(server.get_bound_port(), flush=True)
    loop.run()


main()
