package host

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
)

const (
	lineMax  = 64 << 10 // bytes of one line that are looked at; the rest of it is dropped
	tailMax  = 4 << 10  // bytes of standard error that are kept as evidence
	headMax  = 8 << 10  // bytes of a panic that are kept, from its beginning
	noiseMax = 200      // bytes of a line on standard output that are kept
)

// evidence is what a plugin process said, kept to explain its end. It is safe
// for concurrent use.
type evidence struct {
	mu        sync.Mutex // guards the fields below
	tail      []byte     // the last lines of standard error
	head      []byte     // the beginning of a panic
	panicking bool
	firstOut  string // the first line on standard output that was no handshake
	secrets   secrets
}

// hide remembers a secret that was handed over.
func (e *evidence) hide(secret string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.secrets.add(secret)
}

// text returns the evidence for an error's detail, secrets struck. They are
// struck again: one may have become known after the line that shows it.
func (e *evidence) text() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	var parts []string
	if e.firstOut != "" {
		parts = append(parts, "standard output: "+e.firstOut)
	}
	if len(e.head) > 0 {
		parts = append(parts, shorten(string(e.head)))
	} else if tail := bytes.TrimSpace(e.tail); len(tail) > 0 {
		parts = append(parts, "standard error: "+string(tail))
	}
	return e.secrets.strike(strings.ToValidUTF8(strings.Join(parts, "\n"), "?"))
}

// keep adds a line of standard error and returns it with secrets struck.
func (e *evidence) keep(line []byte) []byte {
	e.mu.Lock()
	defer e.mu.Unlock()
	line = []byte(e.secrets.strike(string(line)))
	e.panicking = e.panicking || beginsDump(line)
	most := headMax
	if bytes.HasPrefix(e.head, []byte(quitLine)) {
		most = dumpMax
	}
	if room := most - len(e.head); e.panicking && room > 0 {
		e.head = append(append(e.head, line[:min(len(line), room-1)]...), '\n')
	}
	e.tail = append(append(e.tail, line...), '\n')
	if over := len(e.tail) - tailMax; over > 0 {
		e.tail = append(e.tail[:0], e.tail[over:]...)
	}
	return line
}

// noise takes a line on standard output, struck and cut.
func (e *evidence) noise(line []byte, shaken bool) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	text := e.secrets.strike(string(line))
	text = strings.ToValidUTF8(text[:min(len(text), noiseMax)], "?")
	if e.firstOut == "" && !shaken {
		e.firstOut = text
	}
	return text
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
	record := logRecord(line)
	if text, ok := record["@message"].(string); ok {
		message = text
		if word, ok := record["@level"].(string); ok {
			level = levelOf(word)
		}
		for _, key := range slices.Sorted(maps.Keys(record)) {
			if !strings.HasPrefix(key, "@") {
				attrs = append(attrs, slog.Any(key, record[key]))
			}
		}
	}
	log.LogAttrs(context.Background(), level, message, attrs...)
}

// logRecord reads a line that is one JSON object, nil for any other. Numbers
// stay as they are written: ids have more digits than a float64.
func logRecord(line []byte) map[string]any {
	if len(line) == 0 || line[0] != '{' {
		return nil
	}
	var record map[string]any
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.UseNumber()
	if dec.Decode(&record) != nil {
		return nil
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil // there is more in the line
	}
	return record
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
