package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
)

const interleaved = '$'

// A camera that plays: RTP interleaved with RTSP on one TCP connection (RFC 2326 section 10.12).
type stream struct {
	reader *bufio.Reader
}

// As little RTSP as the bench's own cameras need: no passwords, one track, no keep-alive within a session's minute.
func play(address string) (*stream, error) {
	parsed, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	connection, err := net.Dial("tcp", parsed.Host)
	if err != nil {
		return nil, err
	}
	reader := bufio.NewReaderSize(connection, 64<<10)
	sequence := 0
	ask := func(method, target, headers string) (textproto.MIMEHeader, string, error) {
		sequence++
		if _, err := fmt.Fprintf(connection, "%s %s RTSP/1.0\r\nCSeq: %d\r\n%s\r\n", method, target, sequence, headers); err != nil {
			return nil, "", err
		}
		return readAnswer(reader)
	}
	header, body, err := ask("DESCRIBE", address, "Accept: application/sdp\r\n")
	if err != nil {
		return nil, err
	}
	track := controlOf(body, header.Get("Content-Base"), address)
	header, _, err = ask("SETUP", track, "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n")
	if err != nil {
		return nil, err
	}
	session, _, _ := strings.Cut(header.Get("Session"), ";")
	if _, _, err = ask("PLAY", address, "Session: "+session+"\r\nRange: npt=0-\r\n"); err != nil {
		return nil, err
	}
	return &stream{reader}, nil
}

func controlOf(description, base, address string) string {
	control := ""
	for _, line := range strings.Split(description, "\r\n") {
		if value, found := strings.CutPrefix(line, "a=control:"); found && value != "*" {
			control = value
		}
	}
	if strings.HasPrefix(control, "rtsp://") {
		return control
	}
	if base == "" {
		base = address
	}
	return strings.TrimSuffix(base, "/") + "/" + control
}

// Packets may come before the answer to PLAY; they are skipped.
func readAnswer(reader *bufio.Reader) (textproto.MIMEHeader, string, error) {
	for {
		first, err := reader.Peek(1)
		if err != nil {
			return nil, "", err
		}
		if first[0] != interleaved {
			break
		}
		if _, _, err := readPacket(reader, nil); err != nil {
			return nil, "", err
		}
	}
	text := textproto.NewReader(reader)
	status, err := text.ReadLine()
	if err != nil {
		return nil, "", err
	}
	if !strings.HasPrefix(status, "RTSP/1.0 200") {
		return nil, "", fmt.Errorf("the camera answered %q", status)
	}
	header, err := text.ReadMIMEHeader()
	if err != nil {
		return nil, "", err
	}
	length, _ := strconv.Atoi(header.Get("Content-Length"))
	body := make([]byte, length)
	_, err = io.ReadFull(reader, body)
	return header, string(body), err
}

func readPacket(reader *bufio.Reader, buffer []byte) (channel byte, packet []byte, err error) {
	var head [4]byte
	if _, err = io.ReadFull(reader, head[:]); err != nil {
		return 0, nil, err
	}
	if head[0] != interleaved {
		return 0, nil, fmt.Errorf("no packet begins with %#x", head[0])
	}
	length := int(binary.BigEndian.Uint16(head[2:]))
	if cap(buffer) < length {
		buffer = make([]byte, length)
	}
	packet = buffer[:length]
	_, err = io.ReadFull(reader, packet)
	return head[1], packet, err
}

// Calls back for each RTP packet, which is valid until the next one, to the end of the connection.
func (s *stream) read(onPacket func(packet []byte)) error {
	buffer := make([]byte, 64<<10)
	for {
		channel, packet, err := readPacket(s.reader, buffer)
		if err != nil {
			return err
		}
		if channel == 0 {
			onPacket(packet)
		}
	}
}
