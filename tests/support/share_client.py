"""What a WHEP player and a WHIP publisher of another implementation have in common: the HTTP of one session, with its token.

Of the command line: aiortc|webrtcbin URL TOKEN.
"""

import asyncio
import json
import sys
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
    assert status == 201, status
    session["status"] = status
    session["url"] = urllib.parse.urljoin(endpoint, headers["Location"])
    session["etag"] = headers["ETag"]
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


async def negotiate(connection):
    """Offers what an aiortc connection has without candidates, and sends those afterwards."""
    from aiortc import RTCSessionDescription

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


async def until_input_ends():
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
