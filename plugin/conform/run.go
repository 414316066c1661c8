package conform

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/host"
)

// Options are the parts of a run that have a default.
type Options struct {
	// Settings are those of a connection to try, one JSON object. Secret
	// settings may stand among them. A run makes some 30 calls of the vendor
	// with it. Nil: what needs a real connection is not run.
	Settings json.RawMessage

	// Secrets are secret settings that do not stand in Settings.
	Secrets map[string]plugin.Secret

	// Token is an access token that logs the connection in. Zero: the kit
	// consents by itself where the login page is on this machine, as that of a
	// sandbox is; any other login is not run.
	Token plugin.Secret

	// Dev allows upstream hosts other than the vendor's, and made-up tokens to
	// be sent to them.
	Dev bool

	// AllowWrites runs the examples of actions that create, update or delete.
	AllowWrites bool

	// Store is lent to the connector. Nil: none is, and what shows in a store
	// only is not run.
	Store plugin.Store

	// Logger gets the host's log, and that of a process. Nil: none.
	Logger *slog.Logger

	// Log tells what a connector in this process has logged so far, all
	// levels, to be looked through for secrets. Nil: that is not run. From the
	// log of a process the host strikes secrets before anybody sees it.
	Log fmt.Stringer

	// Timeout is how long one call may take. Zero: 10 s.
	Timeout time.Duration

	// Progress is told of each group as it ends: a run may take half a minute.
	// Nil: nobody is.
	Progress func(*Group)
}

// callTimeout is the default of Options.Timeout.
const callTimeout = 10 * time.Second

// testCase is one case: what should hold, in words, and what finds out. Run
// returns nil when it holds, a [*fault] when not and an [*inapplicable] when
// that cannot be told; any other error counts as a fault.
type testCase struct {
	name string
	run  func(ctx context.Context, s *subject) error
}

// group is a named list of cases, which may depend on the connector.
type group struct {
	name  string
	cases func(s *subject) []testCase
}

// groups are all groups in the order in which they run: a login comes before
// what needs one, what is gathered on the way is judged towards the end.
func groups() []group {
	return []group{
		{"describe", describeCases},
		{"auth", authCases},
		{"wire", wireCases},
		{"cancel and deadline", cancelCases},
		{"paging and streams", pagingCases},
		{"quota", quotaCases},
		{"crash and hang", crashCases},
		{"errors", errorCases},
		{"secrets", secretCases},
		{"budgets", budgetCases},
	}
}

// Run tries a connector and reports what does not hold. The connector is
// loaded and closed by Run; one in this process cannot be used afterwards. A
// connector that hangs ends the run soon after Options.Timeout.
//
// The error says why there is no whole report: the settings are no JSON
// object, and then there is none; or ctx has ended, and what was found until
// then is returned with the error.
func Run(ctx context.Context, src host.Source, opts *Options) (*Report, error) {
	s, err := newSubject(src, opts)
	if err != nil {
		return nil, err
	}
	s.load(ctx)
	defer s.close(ctx)
	report := &Report{Reached: src.Kind, Path: src.Path}
	if s.desc != nil {
		report.Connector, report.Version, report.NeedsConnection = s.desc.Name, s.desc.Version, s.desc.Auth != nil
	}
	for _, g := range groups() {
		done := Group{Name: g.name, Cases: []Case{}}
		for _, c := range g.cases(s) {
			done.Cases = append(done.Cases, s.judge(ctx, g.name, c))
		}
		report.Groups = append(report.Groups, done)
		if s.opts.Progress != nil && ctx.Err() == nil {
			s.opts.Progress(&done)
		}
	}
	return report, ctx.Err()
}

// judge runs one case.
func (s *subject) judge(ctx context.Context, group string, c testCase) Case {
	start := time.Now()
	var err error
	switch {
	case ctx.Err() != nil:
		err = notRun("the run was ended before")
	case c.name == loadCase:
		err = c.run(ctx, s)
	case s.stuck != "":
		err = notRun("the connector is not asked any more: %s", s.stuck)
	case s.plugin == nil:
		err = notRun("the connector could not be loaded")
	default:
		if err = c.run(ctx, s); ctx.Err() != nil {
			err = notRun("the run was ended meanwhile")
		}
		s.watch(group+": "+c.name, isFault(err))
	}
	took := time.Since(start)
	if c.name == loadCase {
		took += s.loadTook // that was before
	}
	out := verdict(c.name, took, err)
	out.Why, out.Advice = s.seen.strike(out.Why), s.seen.strike(out.Advice)
	return out
}
