package host

import (
	"bytes"
	"strings"
)

const (
	dumpMax      = 128 << 10 // bytes of a dump that are looked at
	dumpShownMax = 16 << 10  // bytes of it that are shown
	quitLine     = "SIGQUIT: "
)

// beginsDump reports whether a line is the first of those with which a Go
// program ends: a panic, an error of the runtime or of its C part, or a
// request for a dump.
func beginsDump(line []byte) bool {
	for _, word := range []string{"panic: ", "fatal error: ", "runtime/cgo: ", "SIGABRT: ", quitLine} {
		if bytes.HasPrefix(line, []byte(word)) {
			return true
		}
	}
	return false
}

// shorten leaves the goroutines out of a dump that belong to the runtime: they
// stand first, and there are a dozen of them.
func shorten(head string) string {
	if !strings.HasPrefix(head, quitLine) {
		return head
	}
	var kept []string
	for _, part := range strings.Split(head, "\n\n") {
		if !ofRuntime(part) {
			kept = append(kept, part)
		}
	}
	head = strings.Join(kept, "\n\n")
	return head[:min(len(head), dumpShownMax)]
}

// ofRuntime reports whether a goroutine calls nothing but the runtime.
func ofRuntime(goroutine string) bool {
	header, calls, _ := strings.Cut(goroutine, "\n")
	if !strings.HasPrefix(header, "goroutine ") {
		return false
	}
	for line := range strings.Lines(calls) {
		call := strings.TrimPrefix(line, "created by ")
		if !strings.HasPrefix(call, "\t") && !strings.HasPrefix(call, "runtime.") && !strings.HasPrefix(call, "os/signal.") {
			return false
		}
	}
	return true
}
