package host

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/plugintest"
)

// logged is a slog handler that keeps records as text: level, message, fields.
type logged struct {
	mu    sync.Mutex
	lines []string
	with  []slog.Attr
	to    *logged // the one that keeps; nil: this
}

func (l *logged) Enabled(context.Context, slog.Level) bool { return true }
func (l *logged) WithGroup(string) slog.Handler            { return l }
func (l *logged) WithAttrs(attrs []slog.Attr) slog.Handler {
	to := l.to
	if to == nil {
		to = l
	}
	return &logged{with: append(append([]slog.Attr{}, l.with...), attrs...), to: to}
}

func (l *logged) Handle(_ context.Context, r slog.Record) error {
	line := r.Level.String() + " " + r.Message
	r.Attrs(func(a slog.Attr) bool {
		line += " " + a.String()
		return true
	})
	to := l.to
	if to == nil {
		to = l
	}
	to.mu.Lock()
	defer to.mu.Unlock()
	to.lines = append(to.lines, line)
	return nil
}

// text returns all that was logged.
func (l *logged) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.lines, "\n")
}

func TestReadLog(t *testing.T) {
	tests := []struct {
		name, in string
		want     []string
		why      string
	}{
		{"record", `{"@level":"warn","@message":"slow","@timestamp":"2026-11-24T12:00:00Z","ms":12,"who":"ada"}` + "\n", []string{"WARN slow ms=12 who=ada"}, "level and fields are kept, in one order"},
		{"levels", "{\"@level\":\"error\",\"@message\":\"a\"}\n{\"@level\":\"INFO\",\"@message\":\"b\"}\n{\"@level\":\"trace\",\"@message\":\"c\"}\n{\"@message\":\"d\"}\n",
			[]string{"ERROR a", "INFO b", "DEBUG c", "DEBUG d"}, "what is no level is debug"},
		{"plain text", "hello\nworld", []string{"DEBUG hello", "DEBUG world"}, "the last line has no end"},
		{"message that is no text", `{"@message":5}` + "\n", []string{`DEBUG {"@message":5}`}, "go-plugin's reader panics"},
		{"level that is no text", `{"@message":"m","@level":[1]}` + "\n", []string{"DEBUG m"}, "hostile or careless"},
		{"no object", "[1]\n5\nnull\n{\n", []string{"DEBUG [1]", "DEBUG 5", "DEBUG null", "DEBUG {"}, "JSON, but no record"},
		{"large numbers", `{"@message":"m","id":1234567890123456789,"in":{"id":[1234567890123456789]},"x":1e999}` + "\n",
			[]string{"DEBUG m id=1234567890123456789 in=map[id:[1234567890123456789]] x=1e999"}, "the id of a member is searched for as it is"},
		{"more than a record", `{"@message":"m"} {"@message":"n"}` + "\n", []string{`DEBUG {"@message":"m"} {"@message":"n"}`}, "nothing of a line is lost"},
		{"nested fields", `{"@message":"m","a":{"b":[1,null]}}` + "\n", []string{"DEBUG m a=map[b:[1 <nil>]]"}, "groups of slog"},
		{"carriage returns", "a\r\nb\r\n", []string{"DEBUG a", "DEBUG b"}, "from another world"},
		{"empty lines", "\n\n", []string{"DEBUG ", "DEBUG "}, "they are lines"},
		{"nothing", "", nil, "a silent plugin"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var log logged
			readLog(strings.NewReader(tt.in), new(evidence), slog.New(&log))
			if diff := cmp.Diff(tt.want, log.lines); diff != "" {
				t.Errorf("log of %q: %s (-want +got):\n%s", tt.in, tt.why, diff)
			}
		})
	}
}

func TestLongLines(t *testing.T) {
	for _, n := range []int{lineMax - 1, lineMax, lineMax + 1, 3 * lineMax, 1 << 20} {
		var log logged
		readLog(strings.NewReader(strings.Repeat("x", n)+"\nnext\n"), new(evidence), slog.New(&log))
		if len(log.lines) != 2 || log.lines[1] != "DEBUG next" || len(log.lines[0]) != len("DEBUG ")+min(n, lineMax) {
			t.Errorf("a line of %d bytes gives %d lines, the first of %d bytes", n, len(log.lines), len(log.lines[0]))
		}
	}
}

func TestEvidence(t *testing.T) {
	const s = "a-secret-of-some-length"
	tests := []struct {
		name   string
		lines  []string
		noise  []string
		hide   []string // before
		late   []string // after
		want   string
		length int // at most; 0: want says it all
		why    string
	}{
		{name: "nothing", want: "", why: "a silent plugin"},
		{name: "last lines", lines: []string{"one", "two"}, want: "standard error: one\ntwo", why: "the end says why"},
		{name: "panic", lines: []string{"working", "panic: no", "", "goroutine 1 [running]:", "main.main()"}, want: "panic: no\n\ngoroutine 1 [running]:\nmain.main()\n", why: "the head of the panic, not what came before"},
		{name: "a fault of memory", lines: []string{"SIGSEGV: segmentation violation", "PC=0x43979d m=3"}, want: "SIGSEGV: segmentation violation\nPC=0x43979d m=3\n", why: "the runtime had no memory for words of its own"},
		{name: "fatal error", lines: []string{"fatal error: all goroutines are asleep - deadlock!"}, want: "fatal error: all goroutines are asleep - deadlock!\n", why: "the runtime's other end"},
		{name: "noise", noise: []string{"hello", "again"}, want: "standard output: hello", why: "the first line says what kind of program it is"},
		{name: "noise and errors", noise: []string{"hello"}, lines: []string{"bad"}, want: "standard output: hello\nstandard error: bad", why: "both"},
		{name: "secret", hide: []string{s}, lines: []string{"got " + s}, noise: []string{s}, want: "standard output: REDACTED\nstandard error: got REDACTED", why: "it was handed over"},
		{name: "secret learnt later", late: []string{s}, lines: []string{"got " + s}, want: "standard error: got REDACTED", why: "a token is printed and then stored"},
		{name: "secret in JSON", hide: []string{token}, lines: []string{`{"t":` + quoted(token) + `}`}, want: `standard error: {"t":"REDACTED"}`, why: "JSON escapes quotes"},
		{name: "secret in a URL", hide: []string{"a+b/c=="}, lines: []string{"GET /?t=a%2Bb%2Fc%3D%3D"}, want: "standard error: GET /?t=REDACTED", why: "errors of net/http name the URL"},
		{name: "secret in a secret", hide: []string{"abcdef", "abcdefghij"}, lines: []string{"abcdefghij abcdef"}, want: "standard error: REDACTED REDACTED", why: "the longer goes first"},
		{name: "secret of several lines", hide: []string{"-----BEGIN KEY-----\n" + strings.Repeat("k", 40) + "\n"}, lines: []string{strings.Repeat("k", 40)}, want: "standard error: REDACTED", why: "lines are read one by one"},
		{name: "too short to hide", hide: []string{"a"}, lines: []string{"banana"}, want: "standard error: banana", why: "it would strike half the text"},
		{name: "long panic", lines: append([]string{"panic: no"}, many("goroutine", 2000)...), length: headMax, why: "the beginning is enough"},
		{name: "one long line in a panic", lines: []string{"panic: " + strings.Repeat("x", lineMax-7), "goroutine 1"}, length: headMax, why: "the same"},
		{name: "much", lines: many("line", 5000), length: tailMax + 100, why: "the last 4 KiB"},
		{name: "secret at a cut", hide: []string{s}, lines: []string{strings.Repeat("x", lineMax-10) + s[:10]}, length: tailMax + 100, why: "a line of 64 KiB is cut, perhaps in a secret"},
		{name: "no UTF-8", lines: []string{"\xff"}, want: "standard error: ?", why: "errors travel in protobuf strings, which must be UTF-8"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var e evidence
			for _, secret := range tt.hide {
				e.hide(secret)
			}
			for _, line := range tt.noise {
				e.noise([]byte(line), false)
			}
			for _, line := range tt.lines {
				e.keep([]byte(line))
			}
			for _, secret := range tt.late {
				e.hide(secret)
			}
			got := e.text()
			if tt.length == 0 && got != tt.want || tt.length > 0 && (len(got) > tt.length || len(got) < tt.length/3) {
				t.Errorf("evidence = %.300q (%d bytes), want %q (%d bytes at most): %s", got, len(got), tt.want, tt.length, tt.why)
			}
			if strings.Contains(got, s[:10]) {
				t.Errorf("evidence shows a part of the secret: %s", tt.why)
			}
		})
	}
}

// many returns lines.
func many(word string, n int) []string {
	var lines []string
	for i := range n {
		lines = append(lines, fmt.Sprint(word, " ", i))
	}
	return lines
}

func TestSecretsAreBounded(t *testing.T) {
	var s secrets
	for i := range 3 * secretsMax {
		s.add(fmt.Sprintf("secret-%08d", i%(secretsMax+10)))
	}
	if len(s.known) > secretsMax || len(s.ordered) > secretsMax || len(s.longest) > 6*secretsMax {
		t.Errorf("%d secrets are remembered in %d forms", len(s.known), len(s.longest))
	}
	last := fmt.Sprintf("secret-%08d", (3*secretsMax-1)%(secretsMax+10))
	if got := s.strike("x " + last + " y"); got != "x REDACTED y" {
		t.Errorf("strike = %q", got)
	}
}

// TestLongSecretsAreBounded stores far more than a host has room for. Heap and
// time once grew with the bytes that a connector stored.
func TestLongSecretsAreBounded(t *testing.T) {
	var s secrets
	value := func(i int) string { return fmt.Sprintf("value %d: ", i) + strings.Repeat(`"<&>" `, 16<<10) }
	for i := range 2 * secretsBytesMax / secretBytesMax {
		s.add(value(i))
	}
	last := value(2*secretsBytesMax/secretBytesMax - 1)
	start := time.Now()
	got := s.strike("got " + last[:60_000])
	if took := time.Since(start); took > time.Second*patience {
		t.Errorf("a line is struck after %s", took)
	}
	if want := "got " + struckLine; got != want {
		t.Errorf("strike = %.200q, want %q", got, want)
	}
	held := 0
	for _, form := range s.longest {
		held += len(form)
	}
	if s.bytes > secretsBytesMax || held > 15*secretsBytesMax {
		t.Errorf("%d bytes of secrets are remembered in forms of %d bytes", s.bytes, held)
	}
}

func TestLongSecret(t *testing.T) {
	letters := "\u00e4" + strings.Repeat("\u20ac", 2*secretBytesMax) // cut within a letter
	pem := "-----BEGIN KEY-----\n" + strings.Repeat(strings.Repeat("k", 64)+"\n", 50)
	tests := []struct{ name, secret, text, want string }{
		{"its rest goes with it", letters, "a " + letters + " b\nc", "a REDACTED, with the rest of the line\nc"},
		{"in JSON", letters, `{"a":` + quoted(letters) + `}`, `{"a":"REDACTED, with the rest of the line`},
		{"in a URL", letters, "GET /?t=" + url.QueryEscape(letters), "GET /?t=REDACTED, with the rest of the line"},
		{"cut by the end of a line", letters, strings.Repeat("x", lineMax-10) + letters[:8], strings.Repeat("x", lineMax-10) + "REDACTED"},
		{"twice", letters, letters + "\n" + letters, struckLine + "\n" + struckLine},
		{"struck before", letters, struckLine + "\nb", struckLine + "\nb"},
		{"a key line by line", pem, "a\n" + strings.Repeat("k", 64) + "\nb", "a\nREDACTED\nb"},
		{"a key", pem, "a " + pem + "b", "a REDACTEDb"},
	}
	for _, tt := range tests {
		var s secrets
		s.add(tt.secret)
		if got := s.strike(tt.text); got != tt.want {
			t.Errorf("%s: strike = %.80q... (%d bytes), want %.80q... (%d bytes)", tt.name, got, len(got), tt.want, len(tt.want))
		}
	}
}

// TestLogOfAPlugin wants the log of a plugin in the host's, with levels and
// fields and without secrets.
func TestLogOfAPlugin(t *testing.T) {
	log := new(logged)
	h := New(&Options{Store: new(plugintest.Store), Logger: slog.New(log)})
	p := load(t, h, self("tester"))
	conn := account("other-secret-value")
	for _, in := range []string{`{"text":"hello"}`, jsonInput(t, map[string]any{"text": token}), `{"text":"other-secret-value"}`} {
		if _, err := p.Invoke(t.Context(), conn, request("log", in), nil); err != nil {
			t.Fatal(err)
		}
	}
	for _, stream := range []string{"stdout", "stderr", "print"} {
		in := jsonInput(t, map[string]any{"stream": stream, "lines": 1, "text": stream + " says other-secret-value"})
		if _, err := p.Invoke(t.Context(), conn, request("noise", in), nil); err != nil {
			t.Fatal(err)
		}
	}
	login := &plugin.AuthorizeRequest{Complete: &plugin.AuthorizeComplete{Answer: plugin.NewSecret("http://localhost/cb?code=code-of-a-login&state=x")}}
	if _, err := p.Authorize(t.Context(), conn, login); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Invoke(t.Context(), conn, request("log", `{"text":"code-of-a-login"}`), nil); err != nil {
		t.Fatal(err)
	}
	stored := strings.Repeat("0123456789", 4)
	if _, err := p.Invoke(t.Context(), conn, request("store", jsonInput(t, map[string]any{"op": "swap", "key": "tester/t", "value": `{"access_token":"` + stored + `"}`})), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Invoke(t.Context(), conn, request("log", jsonInput(t, map[string]any{"text": stored})), nil); err != nil {
		t.Fatal(err)
	}
	large := strings.Repeat("large-", 1<<20/6) // and no JSON
	if _, err := p.Invoke(t.Context(), conn, request("store", jsonInput(t, map[string]any{"op": "swap", "key": "tester/l", "value": large})), nil); err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{20_000, 60_000} {
		if _, err := p.Invoke(t.Context(), conn, request("log", jsonInput(t, map[string]any{"text": large[:n]})), nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := log.text()
	for _, want := range []string{
		"DEBUG a debug line", "INFO an info line answer=42 word=hello", "WARN a warn line", "ERROR an error line", "word=REDACTED",
		"noise on standard output line=stdout says REDACTED", "DEBUG stderr says REDACTED", "DEBUG print says REDACTED", "INFO closing",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the log has no %q:\n%s", want, got)
		}
	}
	for name, secret := range map[string]string{"token": "tok+en", "other token": "other-secret-value", "code": "code-of-a-login", "stored token": stored, "large value": "large-"} {
		if strings.Contains(got, secret) {
			t.Errorf("the log shows the %s:\n%s", name, got)
		}
	}
}

// TestHostIsQuiet wants nothing of a host's work on its own standard error or
// in the default logger; engines have their own.
func TestHostIsQuiet(t *testing.T) {
	var out bytes.Buffer
	old := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&out, nil)))
	defer slog.SetDefault(old)
	p := tester(t, nil)
	_, _ = p.Invoke(t.Context(), account(), request("log", `{}`), nil)
	if err := p.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if out.Len() > 0 {
		t.Errorf("the default logger got: %s", out.String())
	}
}

// FuzzLogLine takes any line without a panic.
func FuzzLogLine(f *testing.F) {
	for _, s := range []string{`{"@message":5}`, `{"@message":"m","@level":"info","x":1e999}`, "panic: x", "\x00", `{"@message":"` + token} {
		f.Add(s)
	}
	log := slog.New(slog.DiscardHandler)
	f.Fuzz(func(t *testing.T, line string) {
		var e evidence
		e.hide(token)
		readLog(strings.NewReader(line), &e, log)
		if text := e.text(); strings.Contains(text, token) {
			t.Errorf("evidence of %q shows the secret", line)
		}
	})
}

// TestFormsAreJSON checks the forms against what encoders write.
func TestFormsAreJSON(t *testing.T) {
	var s secrets
	s.add(token)
	doc, err := json.Marshal(map[string]string{"token": token})
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	slog.New(slog.NewJSONHandler(&text, nil)).Info("m", "token", token)
	slog.New(slog.NewTextHandler(&text, nil)).Info("m", "token", token)
	for name, in := range map[string]string{"encoding/json": string(doc), "slog": text.String(), "fmt": fmt.Sprintf("%q", token)} {
		if got := s.strike(in); strings.Contains(got, "tok+en") || !strings.Contains(got, "REDACTED") {
			t.Errorf("%s writes %s, struck %s", name, in, got)
		}
	}
}
