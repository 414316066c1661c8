package host

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"strings"
	"sync"
)

const (
	lineMax = 64 << 10 // bytes of one line that are looked at; the rest of it is dropped
	tailMax = 4 << 10  // bytes of standard error that are kept as evidence
	headMax = 8 << 10  // bytes of a panic that are kept, from its beginning
)

// evidence is what a plugin process said, kept to explain its end. It is safe
// for concurrent use.
type evidence struct {
	mu        sync.Mutex // guards the fields below
	tail      []byte     // the last lines of standard error
	head      []byte     // the beginning of a panic
	panicking bool
	firstOut  string   // the first line on standard output that was no handshake
	secrets   []string // what to strike from all of it
}

// hide remembers a secret that was handed over.
func (e *evidence) hide(secret string) {
	if len(secret) < 4 {
		return // striking it would strike half the text
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.secrets = append(e.secrets, secret)
}

// text returns the evidence for an error's detail, secrets struck.
func (e *evidence) text() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	var parts []string
	if e.firstOut != "" {
		parts = append(parts, "standard output: "+e.firstOut)
	}
	if len(e.head) > 0 {
		parts = append(parts, string(e.head))
	} else if tail := bytes.TrimSpace(e.tail); len(tail) > 0 {
		parts = append(parts, "standard error: "+string(tail))
	}
	return e.strike(strings.Join(parts, "\n"))
}

// strike replaces the secrets in text. The caller holds e.mu.
func (e *evidence) strike(text string) string {
	for _, s := range e.secrets {
		text = strings.ReplaceAll(text, s, "REDACTED")
	}
	return text
}

// keep adds a line of standard error and returns it with secrets struck.
func (e *evidence) keep(line []byte) []byte {
	e.mu.Lock()
	defer e.mu.Unlock()
	if bytes.HasPrefix(line, []byte("panic: ")) || bytes.HasPrefix(line, []byte("fatal error: ")) {
		e.panicking = true
	}
	if e.panicking && len(e.head)+len(line) < headMax {
		e.head = append(append(e.head, line...), '\n')
	}
	e.tail = append(append(e.tail, line...), '\n')
	if over := len(e.tail) - tailMax; over > 0 {
		e.tail = append(e.tail[:0], e.tail[over:]...)
	}
	return []byte(e.strike(string(line)))
}

// readLog reads a plugin's standard error to its end: keeps evidence and
// passes log lines on. go-plugin has a reader of its own, which panics at
// {"@message":5}; it never sees this stream.
func readLog(r io.Reader, e *evidence, log *slog.Logger) {
	eachLine(r, func(line []byte) { logLine(e.keep(line), log) })
}

// logLine passes one line on, at its own level when it is a log record.
func logLine(line []byte, log *slog.Logger) {
	level, message := slog.LevelDebug, string(line)
	var attrs []slog.Attr
	var record map[string]any
	if len(line) > 0 && line[0] == '{' && json.Unmarshal(line, &record) == nil {
		if text, ok := record["@message"].(string); ok {
			message = text
			if word, ok := record["@level"].(string); ok {
				level = levelOf(word)
			}
			for key, value := range record {
				if !strings.HasPrefix(key, "@") {
					attrs = append(attrs, slog.Any(key, value))
				}
			}
		}
	}
	log.LogAttrs(context.Background(), level, message, attrs...)
}

func levelOf(word string) slog.Level {
	switch strings.ToLower(word) {
	case "error":
		return slog.LevelError
	case "warn":
		return slog.LevelWarn
	case "info":
		return slog.LevelInfo
	}
	return slog.LevelDebug
}

// eachLine calls f for every line of r, without its end and cut at lineMax,
// until r ends. It never stops reading before: a full pipe would block the
// plugin.
func eachLine(r io.Reader, f func(line []byte)) {
	br := bufio.NewReaderSize(r, lineMax)
	for {
		line, more, err := br.ReadLine()
		if err != nil {
			return
		}
		f(line)
		for more && err == nil {
			_, more, err = br.ReadLine()
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return
		}
	}
}
