package plugintest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/traceparent"
)

// Invoke runs an action. An action called x_write is x with an effect.
//
//	echo     gives back the request
//	events   emits one event of each type but page
//	pages    emits pages of numbers: total, page_size, crash_after or fail_after so many pages;
//	         each number is about a member
//	fail     fails: kind, a word of plugin.Kind, or "plain"
//	panic    panics
//	wait     waits for the end of its context, notes in the store why it ended
//	slow     emits a notice, answers after n milliseconds
//	store    makes one call of the store, see storeCall
//	span     gives back the traceparent of its context's span
//	secrets  gives back the secrets of the connection
//	environ  gives back the environment of the process
//	memory   gives back the memory limit of the Go runtime
//	crash    ends the process, see crash
//	noise    prints: stream (stdout, stderr or print), bytes of a line, lines, text
//	big      is large: tenths of a MiB, in "output" or "event"
//	log      logs a line of every level
//	output   gives back the text of its input's field output, JSON or not
func (c *Connector) Invoke(ctx context.Context, req *plugin.InvokeRequest, emit func(*plugin.Event) error) (*plugin.Result, error) {
	conn, err := c.connection(req.Connection)
	if err != nil {
		return nil, err
	}
	var in input
	if err := json.Unmarshal(req.Input, &in); err != nil {
		return nil, err
	}
	action := strings.TrimSuffix(req.Action, "_write")
	if strings.HasPrefix(action, "crash") {
		action = "crash"
	}
	switch action {
	case "echo":
		return result(map[string]any{
			"connection": conn.Name, "settings": conn.Settings, "input": req.Input, "key": req.IdempotencyKey,
			"trace": req.TraceParent, "priority": req.Priority, "purpose": req.Purpose,
		})
	case "events":
		return c.events(emit)
	case "pages":
		return c.pages(ctx, in, emit)
	case "fail":
		return nil, fail(in.Kind)
	case "panic":
		panic("the value of a panic")
	case "wait":
		return nil, c.wait(ctx, emit)
	case "slow":
		return c.slow(ctx, in, emit)
	case "store":
		return c.storeCall(ctx, in)
	case "span":
		return result(traceparent.Format(trace.SpanContextFromContext(ctx)))
	case "secrets":
		secrets := map[string]string{}
		for name, secret := range conn.Secrets {
			secrets[name] = secret.Reveal()
		}
		return result(secrets)
	case "environ":
		return result(os.Environ())
	case "memory":
		return result(debug.SetMemoryLimit(-1))
	case "crash":
		return c.crash(ctx, in)
	case "noise":
		return noise(in)
	case "big":
		return big(in, emit)
	case "log":
		c.log.Debug("a debug line")
		c.log.Info("an info line", "answer", 42, "word", in.Text)
		c.log.Warn("a warn line")
		c.log.Error("an error line")
		return result(nil)
	case "output":
		return &plugin.Result{Output: []byte(in.Output)}, nil
	}
	return nil, fmt.Errorf("no action %q", req.Action)
}

func (c *Connector) slow(ctx context.Context, in input, emit func(*plugin.Event) error) (*plugin.Result, error) {
	if err := emit(&plugin.Event{Type: plugin.EventNotice, Code: "slow"}); err != nil {
		return nil, err
	}
	select {
	case <-time.After(time.Duration(in.N) * time.Millisecond):
		return result("done")
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-c.over:
		return nil, context.Canceled
	}
}

// input has the fields of all inputs.
type input struct {
	Total      int    `json:"total"`
	PageSize   int    `json:"page_size"`
	CrashAfter int    `json:"crash_after"`
	FailAfter  int    `json:"fail_after"`
	Kind       string `json:"kind"`
	Text       string `json:"text"`
	Output     string `json:"output"`

	How   string `json:"how"`   // crash: exit, panic, kill, memory, spin or stop
	Times int    `json:"times"` // crash: only so often

	Stream string `json:"stream"`
	Bytes  int    `json:"bytes"`
	Lines  int    `json:"lines"`

	Tenths int    `json:"tenths"`
	Where  string `json:"where"`

	Op       string `json:"op"`
	Key      string `json:"key"`
	Prefix   string `json:"prefix"`
	Value    string `json:"value"`
	Revision int64  `json:"revision"`
	N        int64  `json:"n"`
	Limit    int64  `json:"limit"`
}

func result(output any) (*plugin.Result, error) {
	doc, err := json.Marshal(map[string]any{"output": output})
	if err != nil {
		return nil, err
	}
	return &plugin.Result{Output: doc, Meta: plugin.Meta{UpstreamCalls: 1, Waited: time.Millisecond, ConnectorName: Name}}, nil
}

func (c *Connector) events(emit func(*plugin.Event) error) (*plugin.Result, error) {
	until := time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)
	for _, e := range []*plugin.Event{
		{Type: plugin.EventProgress, Message: "halfway", Done: 1, Total: 2},
		{Type: plugin.EventWaiting, Message: "a moment", Until: &until},
		{Type: plugin.EventNotice, Message: "mind this", Code: "mind"},
	} {
		if err := emit(e); err != nil {
			return nil, err
		}
	}
	return result("done")
}

func (c *Connector) pages(ctx context.Context, in input, emit func(*plugin.Event) error) (*plugin.Result, error) {
	size := max(in.PageSize, 1)
	for page, n := 1, 0; n < in.Total; page++ {
		e := &plugin.Event{Type: plugin.EventPage, Cursor: fmt.Sprint("after ", page)}
		for ; len(e.Items) < size && n < in.Total; n++ {
			e.Items = append(e.Items, json.RawMessage(fmt.Sprintf(`{"n":%d}`, n)))
		}
		if err := emit(e); err != nil {
			return nil, err
		}
		if page == in.FailAfter {
			e := plugin.AsError(fail(plugin.Unavailable.String()))
			e.Meta = &plugin.Meta{UpstreamCalls: page + 1, ConnectorName: Name}
			return nil, e
		}
		if page == in.CrashAfter {
			if _, err := c.crash(ctx, input{How: "exit", Times: 1}); err != nil {
				return nil, err
			}
		}
	}
	var subjects []string
	for n := range in.Total {
		subjects = append(subjects, fmt.Sprint("urn:test:person:", n))
	}
	return &plugin.Result{Output: json.RawMessage(fmt.Sprintf(`{"total":%d}`, in.Total)), Subjects: subjects}, nil
}

// fail returns an error with every field set.
func fail(word string) error {
	if word == "plain" {
		return errors.New("a plain error")
	}
	at := time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)
	e := &plugin.Error{
		Source: plugin.SourceUpstream, Message: "it is " + word, Hint: "Do something.", Detail: "deep down", Pointer: "/kind",
		Violations: []plugin.Violation{{Pointer: "/kind", Message: "is bad"}}, HTTPStatus: 499, VendorCode: "17", RequestID: "r-1",
		Retryable: true, RetryAt: &at, Effect: plugin.EffectUnknown, DocsURL: "https://example.test/docs",
	}
	if err := e.Kind.UnmarshalText([]byte(word)); err != nil {
		return err
	}
	return fmt.Errorf("wrapped: %w", e)
}

// WaitKey is where the action wait notes why it ended.
const WaitKey = Name + "/wait"

func (c *Connector) wait(ctx context.Context, emit func(*plugin.Event) error) error {
	if err := emit(&plugin.Event{Type: plugin.EventNotice, Code: "waiting"}); err != nil {
		return err
	}
	why := context.Canceled
	select {
	case <-ctx.Done():
		why = ctx.Err()
	case <-c.over:
	}
	if c.store != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_, _ = c.store.Swap(ctx, &plugin.SwapRequest{Key: WaitKey, Value: []byte(why.Error())})
	}
	return why
}

// crash counts in the store how often it ran, and ends the process unless it
// has done so often enough. Text goes to standard error first.
func (c *Connector) crash(ctx context.Context, in input) (*plugin.Result, error) {
	counted, err := c.store.Count(ctx, &plugin.CountRequest{Adds: []plugin.CounterAdd{{Key: c.name + "/crashes", Window: "2026-11-24", N: 1}}})
	if err != nil {
		return nil, err
	}
	run := counted.Counts[0].Used
	if in.Times > 0 && run > int64(in.Times) {
		return result(map[string]any{"run": run})
	}
	if in.Text != "" && in.How != "panic" {
		fmt.Fprintln(os.Stderr, in.Text)
	}
	switch in.How {
	case "exit":
		os.Exit(7)
	case "panic":
		go func() { panic(in.Text) }()
	case "kill":
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	case "memory":
		eat()
	case "spin":
		for n := 0; ; n++ { // never yields
		}
	case "stop":
		_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
	}
	<-ctx.Done()
	return nil, ctx.Err()
}

// eat takes memory until there is no more, which the process limits first.
func eat() {
	limit := syscall.Rlimit{Cur: 256 << 20, Max: 256 << 20}
	if err := syscall.Setrlimit(syscall.RLIMIT_DATA, &limit); err != nil {
		panic(err)
	}
	var eaten [][]byte
	for {
		eaten = append(eaten, bytes.Repeat([]byte("x"), 8<<20))
		if len(eaten) > 1000 { // a system without the limit
			os.Exit(2)
		}
	}
}

func noise(in input) (*plugin.Result, error) {
	line := append(bytes.Repeat([]byte("#"), in.Bytes), in.Text+"\n"...)
	for range in.Lines {
		if err := write(in.Stream, line); err != nil {
			return nil, err
		}
	}
	return result(nil)
}

// write writes to the real standard output or error, or for "print" to what
// the process has in their place.
func write(stream string, line []byte) error {
	fd := 1
	switch stream {
	case "print":
		_, err := os.Stdout.Write(line)
		return err
	case "stderr":
		fd = 2
	}
	for len(line) > 0 {
		n, err := syscall.Write(fd, line)
		if err != nil && !errors.Is(err, syscall.EINTR) {
			return err
		}
		line = line[max(n, 0):]
	}
	return nil
}

func big(in input, emit func(*plugin.Event) error) (*plugin.Result, error) {
	doc := bytes.Repeat([]byte("x"), in.Tenths<<20/10)
	doc[0], doc[len(doc)-1] = '"', '"'
	if in.Where == "event" {
		if err := emit(&plugin.Event{Type: plugin.EventPage, Items: []json.RawMessage{doc}}); err != nil {
			return nil, err
		}
		return result(nil)
	}
	return &plugin.Result{Output: doc}, nil
}
