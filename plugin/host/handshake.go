package host

import (
	"bytes"
	"io"
	"strconv"
)

// handshake is a reader of one line, which comes later or never. Writing it
// does not wait for the reader, who may have given up.
type handshake struct {
	lines chan []byte
	rest  []byte
}

func newHandshake() handshake { return handshake{lines: make(chan []byte, 1)} }

// line passes the line on. It is called once at most.
func (h *handshake) line(line []byte) { h.lines <- append(bytes.Clone(line), '\n') }

// end says that there is no more. It is called once.
func (h *handshake) end() { close(h.lines) }

// Read waits for the line.
func (h *handshake) Read(buf []byte) (int, error) {
	if len(h.rest) == 0 {
		line, ok := <-h.lines
		if !ok {
			return 0, io.EOF
		}
		h.rest = line
	}
	n := copy(buf, h.rest)
	h.rest = h.rest[n:]
	return n, nil
}

// handshakeMax is the longest handshake line, a certificate included.
const handshakeMax = 16 << 10

// handshakeVersion returns the protocol version of go-plugin's handshake
// line, CORE|VERSION|NETWORK|ADDRESS|..., and whether the line is one.
func handshakeVersion(line []byte) (int, bool) {
	parts := bytes.SplitN(bytes.TrimSpace(line), []byte("|"), 5)
	if len(parts) < 4 || len(line) > handshakeMax {
		return 0, false
	}
	if _, err := strconv.Atoi(string(parts[0])); err != nil {
		return 0, false
	}
	version, err := strconv.Atoi(string(parts[1]))
	return version, err == nil
}
