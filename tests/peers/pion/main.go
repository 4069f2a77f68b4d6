// A small WebRTC forwarder on Pion, for `npm run bench`: what such systems are mostly built on. It pulls H.264 from cameras over
// RTSP (TCP) and forwards the packets as they are. It is asked over its standard streams, a line of JSON for each question and
// answer, and ends with its input.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
)

type request struct {
	ID          int      `json:"id"`
	Do          string   `json:"do"`
	Cameras     int      `json:"cameras"`
	Viewer      int      `json:"viewer"`
	SDP         string   `json:"sdp"`
	AccessUnits int      `json:"accessUnits"`
	URLs        []string `json:"urls"`
}

type usage struct {
	CPUMicroseconds int64  `json:"cpuMicroseconds"`
	Packets         uint64 `json:"packets"`
}

func main() {
	forwarder := &forwarder{}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var asked request
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			fmt.Fprintln(os.Stderr, "pion: a line that is no question:", err)
			os.Exit(1)
		}
		value, err := answer(forwarder, asked)
		reply := map[string]any{"id": asked.ID, "value": value}
		if err != nil {
			reply["error"] = err.Error()
		}
		line, _ := json.Marshal(reply)
		fmt.Println(string(line))
	}
}

func answer(forwarder *forwarder, asked request) (any, error) {
	switch asked.Do {
	case "open":
		return nil, forwarder.open(asked.Cameras)
	case "offer":
		return forwarder.offer()
	case "answer":
		return nil, forwarder.answer(asked.Viewer, asked.SDP)
	case "saturate":
		before := measure(forwarder)
		if err := forwarder.saturate(asked.AccessUnits); err != nil {
			return nil, err
		}
		after := measure(forwarder)
		return usage{after.CPUMicroseconds - before.CPUMicroseconds, after.Packets - before.Packets}, nil
	case "pull":
		return nil, forwarder.pull(asked.URLs)
	case "usage":
		return measure(forwarder), nil
	case "memory":
		resident, err := residentBytes()
		return map[string]int{"rssBytes": resident}, err
	default:
		return nil, fmt.Errorf("there is no question %q", asked.Do)
	}
}

// The CPU time of all threads of this process, as Node's process.cpuUsage gives it.
func measure(forwarder *forwarder) usage {
	var spent syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &spent)
	return usage{
		CPUMicroseconds: (spent.Utime.Sec+spent.Stime.Sec)*1_000_000 + spent.Utime.Usec + spent.Stime.Usec,
		Packets:         forwarder.packets.Load(),
	}
}

// Resident memory once the garbage is gone; Linux alone tells it here.
func residentBytes() (int, error) {
	debug.FreeOSMemory()
	sizes, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, err
	}
	pages, err := strconv.Atoi(strings.Fields(string(sizes))[1])
	return pages * os.Getpagesize(), err
}
