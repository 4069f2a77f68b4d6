"""A WHEP player of another implementation: asks for a camera over plain HTTP and counts the pictures that it decodes.

    whep-player.py aiortc|webrtcbin URL TOKEN

Out: lines of JSON with `frames`, decoded so far; a last one with `deleted`, the status of the session's end, when its input ends.
aiortc sends its candidates afterwards, by PATCH.
"""

import asyncio
import sys

from share_client import end, implementation, negotiate, post, say, until_input_ends


async def run_aiortc():
    from aiortc import RTCPeerConnection

    connection = RTCPeerConnection()
    tracks = []
    connection.on("track", tracks.append)
    connection.addTransceiver("video", direction="recvonly")
    await negotiate(connection)

    async def count():
        frames = 0
        while True:
            await tracks[0].recv()
            frames += 1
            say({"frames": frames})

    counting = asyncio.ensure_future(count())
    await until_input_ends()
    counting.cancel()
    await asyncio.to_thread(end)
    await connection.close()


def run_webrtcbin():
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
    seen = {"frames": 0}

    def on_frame(*_):
        seen["frames"] += 1
        say({"frames": seen["frames"]})

    def on_pad(_, pad):
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
        if peer.get_property("ice-gathering-state") != GstWebRTC.WebRTCICEGatheringState.COMPLETE:
            return
        answer = post(peer.get_property("local-description").sdp.as_text())
        _, message = GstSdp.SDPMessage.new_from_text(answer)
        description = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, message)
        peer.emit("set-remote-description", description, Gst.Promise.new())

    def on_offer(promise, *_):
        # The bindings free a reply that nobody holds, and the offer in it.
        reply = promise.get_reply()
        offer = reply.get_value("offer")
        peer.emit("set-local-description", offer, Gst.Promise.new())

    peer.connect("pad-added", on_pad)
    peer.connect("notify::ice-gathering-state", on_gathered)
    pipeline.set_state(Gst.State.PLAYING)
    capabilities = Gst.Caps.from_string(
        "application/x-rtp,media=video,encoding-name=H264,clock-rate=90000,payload=102,packetization-mode=(string)1"
    )
    peer.emit("add-transceiver", GstWebRTC.WebRTCRTPTransceiverDirection.RECVONLY, capabilities)
    peer.emit("create-offer", None, Gst.Promise.new_with_change_func(on_offer))
    GLib.io_add_watch(sys.stdin, GLib.PRIORITY_DEFAULT, GLib.IO_HUP, lambda *_: loop.quit())
    loop.run()
    end()
    pipeline.set_state(Gst.State.NULL)


if implementation == "aiortc":
    asyncio.run(run_aiortc())
else:
    run_webrtcbin()
