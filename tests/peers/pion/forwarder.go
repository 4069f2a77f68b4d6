package main

import (
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

const (
	payloadType          = 96
	packetsPerAccessUnit = 8
	payloadBytes         = 1160
	ticksPerFrame        = 6000
	mostToOneViewer      = 40
	connectionPatience   = 30 * time.Second
)

var h264 = webrtc.RTPCodecCapability{
	MimeType:     webrtc.MimeTypeH264,
	ClockRate:    90000,
	SDPFmtpLine:  "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
	RTCPFeedback: []webrtc.RTCPFeedback{{Type: "nack"}, {Type: "nack", Parameter: "pli"}},
}

// A track for each camera, which every viewer's connection carries.
type forwarder struct {
	api         *webrtc.API
	tracks      []*webrtc.TrackLocalStaticRTP
	connections []*webrtc.PeerConnection
	connected   []chan struct{}
	packets     atomic.Uint64
	sequence    []uint16
	timestamp   uint32
}

// With Pion's default interceptors: retransmission, reports, transport-wide sequence numbers.
func newAPI() (*webrtc.API, error) {
	media := &webrtc.MediaEngine{}
	codec := webrtc.RTPCodecParameters{RTPCodecCapability: h264, PayloadType: payloadType}
	if err := media.RegisterCodec(codec, webrtc.RTPCodecTypeVideo); err != nil {
		return nil, err
	}
	interceptors := &interceptor.Registry{}
	if err := webrtc.RegisterDefaultInterceptors(media, interceptors); err != nil {
		return nil, err
	}
	settings := webrtc.SettingEngine{}
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetIPFilter(func(address net.IP) bool { return address.IsLoopback() })
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	return webrtc.NewAPI(
		webrtc.WithMediaEngine(media),
		webrtc.WithInterceptorRegistry(interceptors),
		webrtc.WithSettingEngine(settings),
	), nil
}

// Makes the tracks.
func (f *forwarder) open(cameras int) error {
	f.sequence = make([]uint16, cameras)
	for camera := range cameras {
		track, err := webrtc.NewTrackLocalStaticRTP(h264, fmt.Sprintf("video-%d", camera), "gatehouse")
		if err != nil {
			return err
		}
		f.tracks = append(f.tracks, track)
	}
	api, err := newAPI()
	f.api = api
	return err
}

// Makes a connection for the next viewer; gives its offer, with all candidates.
func (f *forwarder) offer() (string, error) {
	connection, err := f.api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return "", err
	}
	connected := make(chan struct{})
	var once sync.Once
	connection.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		if state == webrtc.PeerConnectionStateConnected {
			once.Do(func() { close(connected) })
		}
	})
	f.connections = append(f.connections, connection)
	f.connected = append(f.connected, connected)
	for _, track := range f.tracks {
		init := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly}
		transceiver, err := connection.AddTransceiverFromTrack(track, init)
		if err != nil {
			return "", err
		}
		// The interceptors see RTCP only while somebody reads it.
		go func() {
			buffer := make([]byte, 1500)
			for {
				if _, _, err := transceiver.Sender().Read(buffer); err != nil {
					return
				}
			}
		}()
	}
	offer, err := connection.CreateOffer(nil)
	if err != nil {
		return "", err
	}
	gathered := webrtc.GatheringCompletePromise(connection)
	if err := connection.SetLocalDescription(offer); err != nil {
		return "", err
	}
	<-gathered
	return connection.LocalDescription().SDP, nil
}

// Returns when media can flow.
func (f *forwarder) answer(viewer int, sdp string) error {
	description := webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: sdp}
	if err := f.connections[viewer].SetRemoteDescription(description); err != nil {
		return err
	}
	select {
	case <-f.connected[viewer]:
		return nil
	case <-time.After(connectionPatience):
		return fmt.Errorf("viewer %d was not connected within %v", viewer, connectionPatience)
	}
}

// Sends so many access units, one camera after the other, as fast as it goes.
func (f *forwarder) saturate(accessUnits int) error {
	payload := make([]byte, payloadBytes)
	payload[0] = 0x7c
	began := time.Now()
	for unit := range accessUnits {
		// As the forwarders on Node: not more to one viewer than Gatehouse would send.
		if unit > 0 && unit%(mostToOneViewer/packetsPerAccessUnit) == 0 {
			if early := time.Millisecond - time.Since(began); early > 0 {
				time.Sleep(early)
			}
			began = time.Now()
		}
		camera := unit % len(f.tracks)
		if camera == 0 {
			f.timestamp += ticksPerFrame
		}
		for index := range packetsPerAccessUnit {
			f.sequence[camera]++
			packet := rtp.Packet{
				Header: rtp.Header{
					Version:        2,
					Marker:         index == packetsPerAccessUnit-1,
					PayloadType:    payloadType,
					SequenceNumber: f.sequence[camera],
					Timestamp:      f.timestamp,
				},
				Payload: payload,
			}
			if err := f.tracks[camera].WriteRTP(&packet); err != nil {
				return err
			}
			f.packets.Add(uint64(len(f.connections)))
		}
	}
	return nil
}

// Forwards what these cameras send from now on; returns when all of them play.
func (f *forwarder) pull(urls []string) error {
	for camera, url := range urls {
		stream, err := play(url)
		if err != nil {
			return fmt.Errorf("%s: %w", url, err)
		}
		track := f.tracks[camera]
		go func() {
			_ = stream.read(func(packet []byte) {
				if _, err := track.Write(packet); err == nil {
					f.packets.Add(uint64(len(f.connections)))
				}
			})
		}()
	}
	return nil
}
