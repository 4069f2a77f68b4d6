"""A WHIP publisher of another implementation: sends a moving picture and sound over plain HTTP and WebRTC.

    whip-publisher.py aiortc|webrtcbin URL TOKEN

Out: lines of JSON: `status` of what was opened; a last one with `deleted`, the status of the
session's end, when its input ends. aiortc sends its candidates afterwards, by PATCH.
"""

import asyncio
import sys

from share_client import end, implementation, negotiate, post, say, session, until_input_ends


async def run_aiortc():
    import av.logging
    from aiortc import RTCPeerConnection, RTCRtpSender, VideoStreamTrack
    from aiortc.mediastreams import AudioStreamTrack

    # The encoder would describe itself.
    av.logging.set_level(av.logging.PANIC)
    connection = RTCPeerConnection()
    connection.addTransceiver(AudioStreamTrack(), direction="sendonly")
    video = connection.addTransceiver(VideoStreamTrack(), direction="sendonly")
    codecs = RTCRtpSender.getCapabilities("video").codecs
    video.setCodecPreferences([codec for codec in codecs if codec.mimeType in ("video/H264", "video/rtx")])
    await negotiate(connection)
    say({"status": session["status"]})
    await until_input_ends()
    await asyncio.to_thread(end)
    await connection.close()


def run_webrtcbin():
    import gi

    gi.require_version("Gst", "1.0")
    gi.require_version("GstSdp", "1.0")
    gi.require_version("GstWebRTC", "1.0")
    from gi.repository import GLib, Gst, GstSdp, GstWebRTC

    Gst.init(None)
    pipeline = Gst.parse_launch(
        "webrtcbin name=peer bundle-policy=max-bundle "
        "videotestsrc is-live=true ! video/x-raw,width=640,height=360,framerate=15/1 "
        "! x264enc tune=zerolatency key-int-max=30 speed-preset=ultrafast ! video/x-h264,profile=constrained-baseline "
        "! rtph264pay config-interval=-1 aggregate-mode=zero-latency "
        "! application/x-rtp,media=video,encoding-name=H264,payload=96 ! peer. "
        "audiotestsrc is-live=true ! audioconvert ! opusenc ! rtpopuspay "
        "! application/x-rtp,media=audio,encoding-name=OPUS,payload=97 ! peer."
    )
    peer = pipeline.get_by_name("peer")
    loop = GLib.MainLoop()

    def on_gathered(*_):
        if peer.get_property("ice-gathering-state") != GstWebRTC.WebRTCICEGatheringState.COMPLETE:
            return
        answer = post(peer.get_property("local-description").sdp.as_text())
        say({"status": session["status"]})
        _, message = GstSdp.SDPMessage.new_from_text(answer)
        description = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, message)
        peer.emit("set-remote-description", description, Gst.Promise.new())

    def on_offer(promise, *_):
        # The bindings free a reply that nobody holds, and the offer in it.
        reply = promise.get_reply()
        peer.emit("set-local-description", reply.get_value("offer"), Gst.Promise.new())

    def on_needed(*_):
        for index in range(2):
            transceiver = peer.emit("get-transceiver", index)
            transceiver.set_property("direction", GstWebRTC.WebRTCRTPTransceiverDirection.SENDONLY)
        peer.emit("create-offer", None, Gst.Promise.new_with_change_func(on_offer))

    peer.connect("on-negotiation-needed", on_needed)
    peer.connect("notify::ice-gathering-state", on_gathered)
    pipeline.set_state(Gst.State.PLAYING)
    GLib.io_add_watch(sys.stdin, GLib.PRIORITY_DEFAULT, GLib.IO_HUP, lambda *_: loop.quit())
    loop.run()
    end()
    pipeline.set_state(Gst.State.NULL)


if implementation == "aiortc":
    asyncio.run(run_aiortc())
else:
    run_webrtcbin()
