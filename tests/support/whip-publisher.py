"""A WHIP publisher of another implementation: sends a moving picture and sound over plain HTTP and WebRTC.

    whip-publisher.py aiortc|webrtcbin URL TOKEN

Out: lines of JSON: `status` of what was opened; a last one with `deleted`, the status of the
session's end, when its input ends. aiortc sends its candidates afterwards, by PATCH.
"""

import asyncio
import json
import sys
import urllib.error
import urllib.parse
import urllib.request

_, implementation, endpoint, token = sys.argv
session = {}


def say(message):
    print(json.dumps(message), flush=True)


def ask(method, url, body=None, headers=None):
    request = urllib.request.Request(url, method=method, data=None if body is None else body.encode())
    request.add_header("Authorization", f"Bearer {token}")
    for name, value in (headers or {}).items():
        request.add_header(name, value)
    with urllib.request.urlopen(request, timeout=20) as response:
        return response.status, response.headers, response.read().decode()


def post(offer):
    status, headers, answer = ask("POST", endpoint, offer, {"Content-Type": "application/sdp"})
    session["url"] = urllib.parse.urljoin(endpoint, headers["Location"])
    session["etag"] = headers["ETag"]
    say({"status": status})
    return answer


def trickle(offer):
    lines = [line for line in offer.splitlines() if line.startswith(("a=mid:", "a=ice-ufrag:", "a=candidate:"))]
    status, _, _ = ask(
        "PATCH",
        session["url"],
        "\r\n".join(lines) + "\r\n",
        {"Content-Type": "application/trickle-ice-sdpfrag", "If-Match": session["etag"]},
    )
    assert status == 204, status


def end():
    status, _, _ = ask("DELETE", session["url"])
    say({"deleted": status})


async def run_aiortc():
    import av.logging
    from aiortc import RTCPeerConnection, RTCRtpSender, RTCSessionDescription, VideoStreamTrack
    from aiortc.mediastreams import AudioStreamTrack

    # The encoder would describe itself.
    av.logging.set_level(av.logging.PANIC)
    connection = RTCPeerConnection()
    connection.addTransceiver(AudioStreamTrack(), direction="sendonly")
    video = connection.addTransceiver(VideoStreamTrack(), direction="sendonly")
    codecs = RTCRtpSender.getCapabilities("video").codecs
    video.setCodecPreferences([codec for codec in codecs if codec.mimeType in ("video/H264", "video/rtx")])
    await connection.setLocalDescription(await connection.createOffer())
    offer = connection.localDescription.sdp
    bare = "".join(
        line + "\r\n"
        for line in offer.splitlines()
        if not line.startswith(("a=candidate:", "a=end-of-candidates"))
    )
    answer = await asyncio.to_thread(post, bare)
    await asyncio.to_thread(trickle, offer)
    await connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
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
