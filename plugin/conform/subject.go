package conform

import (
	"context"
	"encoding/json"
	"maps"
	"time"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/host"
)

// subject is the connector under test and all that the cases share. The cases
// run one after the other.
type subject struct {
	opts  Options
	src   host.Source
	host  *host.Host
	seen  *seen
	clock *clock
	log   *logTap
	store *storeTap // nil: none is lent

	plugin   *host.Plugin // nil: it could not be loaded, or is closed
	loadErr  error
	loadTook time.Duration
	desc     *plugin.Description // a copy, so that nothing changes it
	schemas  map[string]*schema  // by name, "greet.input"; those that are schemas
	second   *host.Plugin        // another process; nil: not started yet

	stranger *host.Connection // nobody has logged in to it, and its secrets are made up; nil: strange says why
	strange  error
	conn     *host.Connection // that of the settings; nil: there are none that fit, or none is needed
	login    error            // why actions cannot be called; nil: they can
	trials   []*trial         // examples that gave a result
	failing  map[string]bool  // actions of which an example has failed
	slow     []slow           // some of them, the slowest first; nil: not measured yet

	stuck    string   // a call that never ended, in a sentence; empty: none
	heedless bool     // a call went on after its context had ended
	pid      int      // of the process as last seen; 0: there is none
	ends     []string // the cases during which the process ended
}

func newSubject(src host.Source, opts *Options) (*subject, error) {
	s := &subject{src: src, schemas: make(map[string]*schema), failing: make(map[string]bool)}
	if opts != nil {
		s.opts = *opts
	}
	if s.opts.Timeout == 0 {
		s.opts.Timeout = callTimeout
	}
	if s.opts.Settings != nil {
		var object map[string]json.RawMessage
		if err := json.Unmarshal(s.opts.Settings, &object); err != nil || object == nil {
			return nil, &plugin.Error{
				Kind: plugin.InvalidConfig, Source: plugin.SourceCaller, Effect: plugin.EffectNone, Err: err,
				Message: "the settings are no JSON object", Hint: `Write them like {"client_id": "78abc", "client_secret": "..."}.`,
			}
		}
	}
	s.seen, s.clock = newSeen(), newClock()
	s.log = newLogTap(s.opts.Logger)
	o := &host.Options{Logger: s.log.logger(), StartTimeout: s.opts.Timeout, StopGrace: closeWithin}
	if s.opts.Store != nil {
		s.store = &storeTap{Store: s.opts.Store}
		o.Store = s.store
	}
	s.host = host.New(o)
	return s, nil
}

// isProcess reports whether the connector runs as a process of its own.
func (s *subject) isProcess() bool { return s.src.Path != "" }

// load starts the connector and prepares what the cases need of it.
func (s *subject) load(ctx context.Context) {
	took := s.clock.start()
	s.plugin, s.loadErr = s.loadAgain(ctx)
	s.loadTook = took()
	if s.loadErr != nil {
		s.plugin = nil
		return
	}
	doc, err := json.Marshal(s.plugin.Description())
	if err == nil {
		s.desc = new(plugin.Description)
		err = json.Unmarshal(doc, s.desc)
	}
	if err != nil {
		s.loadErr = notJSON(s.plugin.Description())
		s.plugin, s.desc = nil, nil
		if s.loadErr == nil {
			s.loadErr = faultf("Every schema and example of the description must be JSON.", "the description cannot be written as JSON: %v", err)
		}
		return
	}
	s.seen.text("the description", string(doc))
	s.pid = s.plugin.PID()
	s.compileSchemas()
	s.makeConnections()
}

// loadAgain loads the connector. More than once is for processes only: a
// connector in this process is opened once.
func (s *subject) loadAgain(ctx context.Context) (*host.Plugin, error) {
	return within(ctx, s, "starting", 2*s.opts.Timeout, func(ctx context.Context) (*host.Plugin, error) {
		return s.host.Load(ctx, s.src)
	})
}

// another returns another process of the connector, the same at each call.
func (s *subject) another(ctx context.Context) (*host.Plugin, error) {
	if s.second != nil {
		return s.second, nil
	}
	var err error
	s.second, err = s.loadAgain(ctx)
	return s.second, err
}

// close ends whatever runs. A connector that hangs in this process is left
// behind, with the goroutine that waits for it.
func (s *subject) close(ctx context.Context) {
	s.plugin = nil
	done := make(chan struct{})
	go func() {
		defer close(done)
		ended, cancel := context.WithCancel(context.WithoutCancel(ctx))
		cancel() // no call in flight is waited for
		_ = s.host.Close(ended)
	}()
	most := 2*closeWithin + 2*time.Second // the host needs closeWithin and some seconds
	if s.stuck != "" && !s.isProcess() {
		most = endWithin
	}
	timer := time.NewTimer(most)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
	}
	s.clock.close()
}

// watch notices that the process has ended during a case. One that was
// reported as the case's fault is not counted again.
func (s *subject) watch(during string, reported bool) {
	if s.plugin == nil || !s.isProcess() {
		return
	}
	pid := s.plugin.PID()
	if ended := s.pid != 0 && (pid != s.pid || !alive(s.pid)); ended && !reported {
		s.ends = append(s.ends, during)
	}
	if s.pid = pid; !alive(pid) {
		s.pid = 0 // until the host has started another
	}
}

// makeConnections makes the connections that are tried: that of the settings,
// and one to which nobody has logged in and whose secrets are made up. There is
// neither for a connector that needs none.
func (s *subject) makeConnections() {
	if s.desc.Auth == nil {
		s.strange = notRun("the connector needs no connection")
		return
	}
	if s.schemas["config"] == nil {
		s.strange = notRun("the schema of the settings cannot be read: see under describe")
		s.login = s.strange
		return
	}
	s.login = notRun("it needs a connection: give the settings of one")
	plain, secrets, err := s.splitSettings()
	if err != nil {
		s.strange, s.login = err, err
		return
	}
	if s.opts.Settings != nil {
		s.conn = s.connection("conform", plain, secrets)
		for name, secret := range secrets {
			s.seen.secret("the setting "+name, secret.Reveal())
		}
		if err := s.fits(plain, secrets); err != nil {
			s.login = notRun("the settings given do not fit: %s", say(err))
			s.conn = nil // nothing is to be blamed for that
		}
	}
	canaries := maps.Clone(secrets)
	for _, name := range s.secretSettings() {
		canary := newCanary()
		canaries[name] = plugin.NewSecret(canary)
		if s.fits(plain, canaries) != nil && s.fits(plain, secrets) == nil {
			canaries[name] = secrets[name] // the made-up one has not the form that is asked for
			continue
		}
		s.seen.secret("the setting "+name, canary)
	}
	if err := s.fits(plain, canaries); err != nil {
		s.strange = notRun("a connection needs settings, give them: %s", say(err))
		return
	}
	s.stranger = s.connection("stranger", plain, canaries)
}

// connection returns a new connection.
func (s *subject) connection(name string, settings json.RawMessage, secrets map[string]plugin.Secret) *host.Connection {
	c := host.NewConnection(s.desc.Name, name)
	c.Dev, c.Settings, c.Secrets = s.opts.Dev, settings, secrets
	return c
}
