package host

import (
	"bytes"
	"regexp"
	"slices"
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
	for _, word := range []string{"panic: ", "fatal error: ", "runtime/cgo: ", "SIGABRT: ", "SIGSEGV: ", "SIGBUS: ", quitLine} {
		if bytes.HasPrefix(line, []byte(word)) {
			return true
		}
	}
	return false
}

// shorten leaves the goroutines out of a dump that belong to the runtime: they
// stand first, and there are a dozen of them. Those of the transport come last,
// so that they are cut before those of the connector.
func shorten(head string) string {
	if !strings.HasPrefix(head, quitLine) {
		return head
	}
	var kept, last []string
	for _, part := range strings.Split(head, "\n\n") {
		switch {
		case callsOnly(part, runtimeCalls):
		case callsOnly(part, transportCalls):
			last = append(last, part)
		default:
			kept = append(kept, part)
		}
	}
	head = frameAddress.ReplaceAllString(strings.Join(append(kept, last...), "\n\n"), "")
	return head[:min(len(head), dumpShownMax)]
}

// frameAddress is what a dump says of a call's place on the stack.
var frameAddress = regexp.MustCompile(`(?m) fp=0x[0-9a-f]+ sp=0x[0-9a-f]+ pc=0x[0-9a-f]+$`)

var (
	runtimeCalls   = []string{"runtime.", "os/signal."}
	transportCalls = append([]string{
		"bufio.", "internal/", "io.", "net.", "os.", "syscall.", "sync.", "golang.org/x/net/", "google.golang.org/grpc",
		"github.com/hashicorp/go-plugin", "github.com/linkstep/linkstep/plugin/serve.", "github.com/linkstep/linkstep/plugin/internal/wire.",
	}, runtimeCalls...)
)

// callsOnly reports whether part of a dump is a goroutine that calls nothing but
// what begins with one of these words.
func callsOnly(goroutine string, words []string) bool {
	header, calls, _ := strings.Cut(goroutine, "\n")
	if !strings.HasPrefix(header, "goroutine ") {
		return false
	}
	for line := range strings.Lines(calls) {
		call := strings.TrimPrefix(line, "created by ")
		if !strings.HasPrefix(call, "\t") && !slices.ContainsFunc(words, func(word string) bool { return strings.HasPrefix(call, word) }) {
			return false
		}
	}
	return true
}
