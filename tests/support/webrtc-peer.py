"""A window of another implementation: answers one offer and counts the pictures that it decodes.

    webrtc-peer.py aiortc|webrtcbin

In: a line of JSON with the offer's `sdp`. Out: a line with the answer's `sdp`, then lines with `frames`, decoded so far on the
first track. Ends when its input does.
"""

import asyncio
import json
import sys


def say(message):
    print(json.dumps(message), flush=True)


async def ended():
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


async def run_aiortc(offer):
    from aiortc import RTCPeerConnection, RTCSessionDescription

    connection = RTCPeerConnection()
    tracks = []
    connection.on("track", tracks.append)
    await connection.setRemoteDescription(RTCSessionDescription(offer, "offer"))
    await connection.setLocalDescription(await connection.createAnswer())
    say({"sdp": connection.localDescription.sdp})

    async def count():
        frames = 0
        while True:
            await tracks[0].recv()
            frames += 1
            say({"frames": frames})

    counting = asyncio.ensure_future(count())
    await ended()
    counting.cancel()
    await connection.close()


def run_webrtcbin(offer):
    import gi

    gi.require_version("Gst", "1.0")
    gi.require_version("GstSdp", "1.0")
    gi.require_version("GstWebRTC", "1.0")
    from gi.repository import GLib, Gst, GstSdp, GstWebRTC

    Gst.init(None)
    pipeline = Gst.Pipeline.new()
    peer = Gst.ElementFactory.make("webrtcbin")
    peer.set_property("bundle-policy", "max-bundle")
    pipeline.add(peer)
    loop = GLib.MainLoop()
    seen = {"frames": 0, "pads": 0}

    def on_frame(*_):
        seen["frames"] += 1
        say({"frames": seen["frames"]})

    def on_pad(_, pad):
        if pad.get_direction() != Gst.PadDirection.SRC:
            return
        seen["pads"] += 1
        parts = [Gst.ElementFactory.make(name) for name in ("rtph264depay", "avdec_h264", "fakesink")]
        parts[2].set_property("signal-handoffs", True)
        parts[2].set_property("sync", False)
        parts[2].connect("handoff", on_frame)
        for part in parts:
            pipeline.add(part)
        parts[0].link(parts[1])
        parts[1].link(parts[2])
        for part in parts:
            part.sync_state_with_parent()
        pad.link(parts[0].get_static_pad("sink"))

    def on_gathered(*_):
        if peer.get_property("ice-gathering-state") == GstWebRTC.WebRTCICEGatheringState.COMPLETE:
            say({"sdp": peer.get_property("local-description").sdp.as_text()})

    def on_answer(promise, *_):
        # The bindings free a reply that nobody holds, and the answer in it.
        reply = promise.get_reply()
        answer = reply.get_value("answer")
        peer.emit("set-local-description", answer, Gst.Promise.new())

    def on_offer_set(*_):
        peer.emit("create-answer", None, Gst.Promise.new_with_change_func(on_answer))

    peer.connect("pad-added", on_pad)
    peer.connect("notify::ice-gathering-state", on_gathered)
    pipeline.set_state(Gst.State.PLAYING)
    _, message = GstSdp.SDPMessage.new_from_text(offer)
    description = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.OFFER, message)
    peer.emit("set-remote-description", description, Gst.Promise.new_with_change_func(on_offer_set))
    GLib.io_add_watch(sys.stdin, GLib.PRIORITY_DEFAULT, GLib.IO_HUP, lambda *_: loop.quit())
    loop.run()
    pipeline.set_state(Gst.State.NULL)


if __name__ == "__main__":
    sdp = json.loads(sys.stdin.readline())["sdp"]
    if sys.argv[1] == "aiortc":
        asyncio.run(run_aiortc(sdp))
    else:
        run_webrtcbin(sdp)
