"""ONVIF as zeep and ONVIF's own WSDL files understand it.

    onvif-peer.py WSDL_FOLDER check                        envelopes as a JSON list on stdin; prints what is wrong with them
    onvif-peer.py WSDL_FOLDER ask USER PASSWORD ORIGIN …   asks devices; prints what each answered
"""

import json
import sys
from urllib.parse import urlsplit

import zeep
from lxml import etree
from requests import Session
from requests.auth import HTTPDigestAuth
from zeep.helpers import serialize_object
from zeep.transports import Transport
from zeep.wsse.username import UsernameToken

FILES = {
    "device": "ver10/device/wsdl/devicemgmt.wsdl",
    "media": "ver10/media/wsdl/media.wsdl",
    "media2": "ver20/media/wsdl/media.wsdl",
    "ptz": "ver20/ptz/wsdl/ptz.wsdl",
    "imaging": "ver20/imaging/wsdl/imaging.wsdl",
    "event": "ver10/events/wsdl/event.wsdl",
}
SOAP = "{http://www.w3.org/2003/05/soap-envelope}"


def check(folder):
    clients = [zeep.Client(f"{folder}/{file}") for file in FILES.values()]
    schemas = {}
    for client in clients:
        for namespace in client.namespaces.values():
            schemas.setdefault(namespace, client)
    problems = []
    for text in json.load(sys.stdin):
        body = etree.fromstring(text.encode()).find(f"{SOAP}Body")[0]
        namespace = etree.QName(body).namespace
        owner = next((c for c in clients if owns(c, body.tag)), None)
        if owner is None:
            problems.append(f"{body.tag}: in no WSDL")
            continue
        try:
            element = owner.get_element(body.tag)
            # Strictly: an element too many, one in the wrong place or one that is missing is an error.
            value = element.parse(body, owner.wsdl.types)
            if value is not None:
                element.render(etree.Element("again"), value)
        except Exception as error:
            problems.append(f"{etree.QName(body).localname} ({namespace}): {error}")
    print(json.dumps(problems))


def owns(client, tag):
    try:
        client.get_element(tag)
        return True
    except Exception:
        return False


def ask(folder, user, password, *origins):
    session = Session()
    session.trust_env = False
    session.auth = HTTPDigestAuth(user, password)
    token = UsernameToken(user, password, use_digest=True)
    transport = Transport(session=session)
    clients = {name: zeep.Client(f"{folder}/{file}", wsse=token, transport=transport) for name, file in FILES.items()}
    print(json.dumps([ask_device(clients, origin) for origin in origins], default=str))


def ask_device(clients, origin):
    def service(name, binding=None, url=None):
        client = clients[name]
        binding = binding or next(iter(client.wsdl.bindings))
        return client.create_service(binding, url or f"{origin}/onvif/{name}_service")

    device = service("device")
    media, media2, ptz, imaging = (service(name) for name in ("media", "media2", "ptz", "imaging"))
    answers = {
        "clock": device.GetSystemDateAndTime(),
        "information": device.GetDeviceInformation(),
        "services": device.GetServices(IncludeCapability=False),
        "capabilities": device.GetCapabilities(Category="All"),
        "hostname": device.GetHostname(),
        "scopes": device.GetScopes(),
        "interfaces": device.GetNetworkInterfaces(),
        "profiles": media.GetProfiles(),
        "sources": media.GetVideoSources(),
        "profiles2": media2.GetProfiles(Type=["All"]),
        "uri": media.GetStreamUri(
            StreamSetup={"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}}, ProfileToken="main"
        ),
        "uri2": media2.GetStreamUri(Protocol="RTSP", ProfileToken="sub"),
        "nodes": ptz.GetNodes(),
        "preset": ptz.SetPreset(ProfileToken="main", PresetName="Gate"),
        "presets": ptz.GetPresets(ProfileToken="main"),
        "status": ptz.GetStatus(ProfileToken="main"),
        "imaging": imaging.GetImagingSettings(VideoSourceToken="source"),
        "options": imaging.GetOptions(VideoSourceToken="source"),
    }
    ptz.ContinuousMove(ProfileToken="main", Velocity={"PanTilt": {"x": 1, "y": 0}}, Timeout="PT1S")
    ptz.Stop(ProfileToken="main", PanTilt=True, Zoom=True)
    namespace = "{http://www.onvif.org/ver10/events/wsdl}"
    created = service("event", f"{namespace}EventBinding").CreatePullPointSubscription(
        InitialTerminationTime="PT60S"
    )
    url = created.SubscriptionReference.Address._value_1
    if urlsplit(url).netloc != urlsplit(origin).netloc:
        raise SystemExit(f"a subscription elsewhere: {url}")
    pull = service("event", f"{namespace}PullPointSubscriptionBinding", url)
    pulled = pull.PullMessages(Timeout="PT1S", MessageLimit=10)
    answers["messages"] = len(pulled.NotificationMessage)
    manager = service("event", f"{namespace}SubscriptionManagerBinding", url)
    manager.Renew(TerminationTime="PT60S")
    manager.Unsubscribe()
    return serialize_object(answers, dict)


if sys.argv[2] == "check":
    check(sys.argv[1])
else:
    ask(sys.argv[1], *sys.argv[3:])
