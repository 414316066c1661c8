package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/linkstep/linkstep/connector/sandbox"
	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/host"
	"github.com/linkstep/linkstep/plugin/store"
)

const demoLong = `Show the whole of Linkstep on this machine, offline, in a few seconds: a sandbox
LinkedIn with invented members, the connector as a process of its own, a login
through the consent page, chained actions, one failure of each important kind,
and a receipt. Nothing is left behind.`

func (a *app) demoCommand() *cobra.Command {
	return &cobra.Command{
		Use: "demo", Short: "Show everything at work, offline", Long: demoLong, Args: cobra.NoArgs,
		Example: `  linkstep demo
  linkstep demo --json    the same as one document`,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.demo(cmd.Context()) },
	}
}

// demo runs the demonstration in a home folder of its own.
func (a *app) demo(ctx context.Context) (err error) {
	dir, err := os.MkdirTemp("", "linkstep-demo-")
	if err != nil {
		return &plugin.Error{
			Kind: plugin.PluginStart, Source: plugin.SourceHost, Effect: plugin.EffectNone, Err: err, Detail: err.Error(),
			Message: "the folder for temporary files, " + os.TempDir() + ", is not writable",
			Hint:    "Set TMPDIR to a short path that you can write to, /tmp for example.",
		}
	}
	defer os.RemoveAll(dir)
	s, err := store.Open(ctx, dir, &store.Options{KeyFile: dir + "/key.json"})
	if err != nil {
		return err
	}
	defer s.Close()
	srv, err := sandbox.Start(nil)
	if err != nil {
		return err
	}
	defer srv.Close()
	h := host.New(&host.Options{Store: s, Logger: a.logger(slog.LevelError), Builtin: []host.Source{host.Self(linkedin, serveCommand, linkedin)}})
	defer func() { err = errors.Join(err, h.Close(context.WithoutCancel(ctx))) }()

	d := &demo{app: a, sandbox: srv, host: h, started: time.Now()}
	d.heading("Linkstep demo: all on this machine, offline")
	if err := d.run(ctx); err != nil {
		return err
	}
	return d.finish(ctx)
}

// demo is a demonstration under way.
type demo struct {
	*app
	sandbox *sandbox.Server
	host    *host.Host
	plugin  *host.Plugin
	conn    *host.Connection
	started time.Time

	steps   []demoStep
	found   []demoPerson // by the search
	cached  int
	retries int
}

// demoStep is what one step showed.
type demoStep struct {
	Step   int            `json:"step"`
	Title  string         `json:"title"`
	Says   []string       `json:"says"`
	Action string         `json:"action,omitempty"`
	Result *plugin.Result `json:"result,omitempty"`
	Error  *plugin.Error  `json:"error,omitempty"` // an expected one
}

// run takes the steps in order; each builds on those before.
func (d *demo) run(ctx context.Context) error {
	steps := []func(context.Context) error{
		d.showSandbox, d.loadPlugin, d.logIn, d.ownProfile, d.search, d.people,
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	d.heading("When things go wrong")
	for _, step := range []func(context.Context) error{d.expiredToken, d.badInput, d.quotaUsedUp, d.killedPlugin} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (d *demo) showSandbox(context.Context) error {
	d.step("A LinkedIn of our own", demoStep{})
	d.say("sandbox at %s with 10,000 invented members, its clock at %s", d.sandbox.URL(), d.sandbox.Now().UTC().Format(time.RFC3339))
	return nil
}

func (d *demo) loadPlugin(ctx context.Context) error {
	src, err := d.host.Find(linkedin)
	if err != nil {
		return err
	}
	if d.plugin, err = d.host.Load(ctx, src); err != nil {
		return err
	}
	desc := d.plugin.Description()
	d.step("The connector, loaded as a process of its own", demoStep{})
	d.say("%s %s, process %d, protocol %d over mutual TLS, %d actions", desc.Name, desc.Version, d.plugin.PID(), desc.Protocol, len(desc.Actions))
	return nil
}

func (d *demo) logIn(ctx context.Context) error {
	settings := d.sandbox.Settings()
	doc, err := json.Marshal(map[string]string{
		"api_url": settings.APIURL, "auth_url": settings.AuthURL, "client_id": settings.ClientID,
		"redirect_url": settings.RedirectURL, "scopes": settings.Scopes,
	})
	if err != nil {
		return err
	}
	d.conn = host.NewConnection(linkedin, "me")
	d.conn.Dev = true
	d.conn.Settings = doc
	d.conn.Secrets = map[string]plugin.Secret{"client_secret": plugin.NewSecret(settings.ClientSecret)}
	res, err := d.login(ctx, d.plugin, d.conn, &connectFlags{yes: true})
	if err != nil {
		return err
	}
	d.conn.Account = kept(res.Account, false)
	if err := d.host.Connections().Save(ctx, d.conn); err != nil {
		return err
	}
	d.step("Log in through the consent page", demoStep{})
	d.say("connected as %s; scopes granted: %v", res.Account.Name, res.Granted)
	d.say("access until %s, refreshed by itself; the tokens are stored encrypted", res.ExpiresAt.UTC().Format(time.DateOnly))
	return nil
}

// kill ends the plugin process the hard way.
func (d *demo) kill() error {
	p, err := os.FindProcess(d.plugin.PID())
	if err != nil {
		return err
	}
	return p.Signal(syscall.SIGKILL)
}

// invokeStep runs an action as a step of the demonstration. With expect, the
// step fails unless the action fails with that kind.
func (d *demo) invokeStep(ctx context.Context, title, action, input string, expect plugin.Kind) (*plugin.Result, error) {
	res, err := d.plugin.Invoke(ctx, d.conn, &plugin.InvokeRequest{Action: action, Input: json.RawMessage(input)}, nil)
	s := demoStep{Action: linkedin + "." + action, Result: res, Error: plugin.AsError(err)}
	if kind := plugin.KindOf(err); kind != expect {
		if err == nil {
			err = fmt.Errorf("the demo expected %s of %s %s to fail with %s", title, action, input, expect)
		}
		return nil, err
	}
	d.step(title, s)
	d.say("linkstep invoke %s.%s --input '%s'", linkedin, action, input)
	if err != nil {
		e := s.Error
		d.say("%s (exit status %d): %s", e.Kind, exitStatus[e.Kind], e.Message)
		d.say("hint: %s", e.Hint)
		return nil, nil
	}
	if res.Meta.Cached {
		d.cached++
	}
	d.retries += res.Meta.Retries
	return res, nil
}
