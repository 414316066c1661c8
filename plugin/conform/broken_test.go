package conform_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/conform"
	"github.com/linkstep/linkstep/plugin/host"
	"github.com/linkstep/linkstep/plugin/serve"
)

// broken is a connector with one fault, and what the kit must say of it.
type broken struct {
	name   string // what is wrong with it; that of its file where it is a process
	way    string // direct, in-process or file; empty: direct
	build  func(good *notes) plugin.Connector
	play   func()                      // what the process does instead of serving; nil: it serves
	opts   func(opts *conform.Options) // changes the options of the run; nil: nothing
	failed string                      // "group: case"
	why    string                      // stands in why or the advice
}

// allBroken are all broken connectors, those first that take longest to find.
func allBroken() []broken {
	return slices.Concat(brokenProcesses(), brokenDescriptions(), brokenLogins(), brokenCalls(), brokenStreams(), brokenQuotas(), brokenErrors(), brokenSecrets(), brokenBudgets(), brokenGreeters())
}

// faulty is the good connector with some methods replaced.
type faulty struct {
	plugin.Connector
	describe   func(*plugin.Description) // changes the description
	connect    func(context.Context, *plugin.ConnectRequest) (*plugin.ConnectResponse, error)
	disconnect func(context.Context, *plugin.DisconnectRequest) (*plugin.DisconnectResponse, error)
	authorize  func(context.Context, *plugin.AuthorizeRequest) (*plugin.AuthorizeResponse, error)
	check      func(context.Context, *plugin.CheckRequest) (*plugin.CheckResponse, error)
	invoke     func(context.Context, *plugin.InvokeRequest, func(*plugin.Event) error) (*plugin.Result, error)
	options    func(context.Context, *plugin.OptionsRequest) (*plugin.OptionsResponse, error)
	usage      func(*plugin.UsageResponse) // changes the budgets
	close      func(context.Context)       // before the good one closes
}

func (f *faulty) Describe(ctx context.Context, req *plugin.DescribeRequest) (*plugin.Description, error) {
	d, err := f.Connector.Describe(ctx, req)
	if f.describe != nil {
		f.describe(d)
	}
	return d, err
}

func (f *faulty) Connect(ctx context.Context, req *plugin.ConnectRequest) (*plugin.ConnectResponse, error) {
	if f.connect != nil {
		return f.connect(ctx, req)
	}
	return f.Connector.Connect(ctx, req)
}

func (f *faulty) Disconnect(ctx context.Context, req *plugin.DisconnectRequest) (*plugin.DisconnectResponse, error) {
	if f.disconnect != nil {
		return f.disconnect(ctx, req)
	}
	return f.Connector.Disconnect(ctx, req)
}

func (f *faulty) Authorize(ctx context.Context, req *plugin.AuthorizeRequest) (*plugin.AuthorizeResponse, error) {
	if f.authorize != nil {
		return f.authorize(ctx, req)
	}
	return f.Connector.Authorize(ctx, req)
}

func (f *faulty) Check(ctx context.Context, req *plugin.CheckRequest) (*plugin.CheckResponse, error) {
	if f.check != nil {
		return f.check(ctx, req)
	}
	return f.Connector.Check(ctx, req)
}

func (f *faulty) Invoke(ctx context.Context, req *plugin.InvokeRequest, emit func(*plugin.Event) error) (*plugin.Result, error) {
	if f.invoke != nil {
		return f.invoke(ctx, req, emit)
	}
	return f.Connector.Invoke(ctx, req, emit)
}

func (f *faulty) Options(ctx context.Context, req *plugin.OptionsRequest) (*plugin.OptionsResponse, error) {
	if f.options != nil {
		return f.options(ctx, req)
	}
	return f.Connector.Options(ctx, req)
}

func (f *faulty) Usage(ctx context.Context, req *plugin.UsageRequest) (*plugin.UsageResponse, error) {
	res, err := f.Connector.Usage(ctx, req)
	if f.usage != nil && err == nil {
		f.usage(res)
	}
	return res, err
}

func (f *faulty) Close(ctx context.Context, req *plugin.CloseRequest) (*plugin.CloseResponse, error) {
	if f.close != nil {
		f.close(ctx)
	}
	return f.Connector.Close(ctx, req)
}

// main is the main function of a broken process.
func (b *broken) main() {
	if b.play != nil {
		b.play()
		return
	}
	serve.Main(func(log *slog.Logger) plugin.Connector { return b.build(newNotes(log)) })
}

// source makes the connector reachable in its way.
func (b *broken) source(t *testing.T, log *slog.Logger) host.Source {
	t.Helper()
	if b.way == "file" {
		return host.File(binary(t, strings.ReplaceAll(b.name, " ", "-")))
	}
	c := b.build(newNotes(log))
	if b.way == "in-process" {
		return host.InProcess(c)
	}
	return host.Direct(c)
}

func TestBrokenConnectorsAreFound(t *testing.T) {
	t.Parallel()
	for _, b := range allBroken() {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			opts := everything(t)
			if b.opts != nil {
				b.opts(opts)
			}
			report := try(t, b.source(t, logged(opts)), opts)
			for _, g := range report.Groups {
				for _, c := range g.Cases {
					if c.Status != conform.Failed {
						continue
					}
					if said := c.Why + "\n" + c.Advice; !strings.Contains(said, b.why) {
						t.Errorf("%s: the kit says %q, which does not hold %q", c.Name, said, b.why)
					}
					if c.Advice == "" {
						t.Errorf("%s: no advice", c.Name)
					}
				}
			}
			if diff := cmp.Diff([]string{b.failed}, withStatus(report, conform.Failed)); diff != "" {
				t.Errorf("failed cases (-want +got):\n%s", diff)
			}
		})
	}
}
