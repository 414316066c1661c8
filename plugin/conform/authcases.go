package conform

import (
	"context"
	"net/url"
	"slices"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/host"
)

func authCases(*subject) []testCase {
	return []testCase{
		{"a check without a login tells that there is none", checksWithoutLogin},
		{"a login begins with an https address and a session", beginsLogin},
		{"two logins have different states", statesDiffer},
		{"an answer with another login's state is refused", refusesForeignState},
		{"an answer that denies the login is refused", refusesDenial},
		{"an answer with a code that the vendor refuses is an error", refusesWrongCode},
		{"a made-up token is refused and not kept", refusesMadeUpToken},
		{"disconnecting what is not connected is no error", disconnectsUnknown},
		{"a connection can be logged in", logsIn},
		{"a check after the login tells of it", checksAfterLogin},
		{"connecting again keeps the login", connectsAgain},
	}
}

func checksWithoutLogin(ctx context.Context, s *subject) error {
	if s.stranger == nil {
		return s.strange
	}
	res, err := s.check(ctx, s.stranger)
	if err != nil {
		return s.unexpected(err, "Check tells the state of a connection, also that nobody has logged in; it is no error and needs no network.")
	}
	if res.Token.Present {
		return faultf("Set Token.Present only while there is a token.", "nobody has logged in, and the check says that a token is present")
	}
	return s.checkIsWhole(res)
}

// checkIsWhole looks at what every check must have.
func (s *subject) checkIsWhole(res *plugin.CheckResponse) error {
	var wrong findings
	told := map[string]bool{}
	for _, a := range res.Actions {
		told[a.Action] = true
		switch {
		case s.desc.Action(a.Action) == nil:
			wrong.add("the check tells of %q, which is no action", a.Action)
		case !slices.Contains([]plugin.Usability{plugin.Usable, plugin.Unusable, plugin.Untried}, a.Status):
			wrong.add("the check says that %s is %q: it is usable, unusable or unknown", a.Action, a.Status)
		case a.Status == plugin.Unusable && a.Reason == "":
			wrong.add("the check says that %s is unusable, and not why", a.Action)
		}
	}
	for _, a := range s.desc.Actions {
		if !told[a.Name] {
			wrong.add("the check does not tell of %s", a.Name)
		}
	}
	for _, d := range res.Diagnostics {
		if !slices.Contains([]plugin.Severity{plugin.Info, plugin.Warning, plugin.Failure}, d.Severity) {
			wrong.add("a diagnostic has the severity %q: it is info, warning or failure", d.Severity)
		}
		if d.Message == "" {
			wrong.add("a diagnostic has no message")
		}
	}
	return wrong.fault("Tell of each action once, in the words of plugin.Usability, and why one cannot be used.")
}

func refusesWithoutLogin(ctx context.Context, s *subject) error {
	if s.stranger == nil {
		return s.strange
	}
	spec, example := s.anyExample()
	if example == nil {
		return notRun("no action that reads has an example that works")
	}
	_, err := s.invoke(ctx, s.stranger, input(spec.Name, example.Input), nil)
	if err != nil && (isVerdict(err) || s.adviceFor(plugin.AsError(err)) != "" || plugin.KindOf(err) == plugin.Internal) {
		s.failing[spec.Name] = true
	}
	return s.wantKind(err, spec.Name+" without a login", "Return an error of kind reauthorize where there is no token: the engine asks a person to log in.", plugin.Reauthorize)
}

// anyExample returns an example of an action that reads, and for which no other
// case has failed: whatever it is asked, that would be told again.
func (s *subject) anyExample() (*plugin.ActionSpec, *plugin.Example) {
	for i := range s.desc.Actions {
		a := &s.desc.Actions[i]
		if a.Effect == plugin.EffectRead && len(a.Examples) > 0 && !s.failing[a.Name] && s.cannotBeHeld(a, a.Examples[0].Input) == nil {
			return a, &a.Examples[0]
		}
	}
	return nil, nil
}

// begin begins a login to the connection that nobody has logged in to.
func (s *subject) begin(ctx context.Context) (*plugin.AuthorizeResponse, error) {
	if s.stranger == nil {
		return nil, s.strange
	}
	return s.beginAt(ctx, s.stranger)
}

// beginAt begins a login to a connection. That the settings do not suffice for
// one is a reason not to run only where none were given.
func (s *subject) beginAt(ctx context.Context, conn *host.Connection) (*plugin.AuthorizeResponse, error) {
	res, err := s.authorize(ctx, conn, &plugin.AuthorizeRequest{Begin: &plugin.AuthorizeBegin{}})
	if err != nil {
		if plugin.KindOf(err) == plugin.InvalidConfig && s.opts.Settings == nil {
			return nil, notRun("a login needs settings, give them: %s", say(err))
		}
		return nil, s.unexpected(err, "Begin makes an address of the settings; it needs no network.")
	}
	return res, nil
}

// stateMin is the length from which a state cannot be guessed.
const stateMin = 16

func beginsLogin(ctx context.Context, s *subject) error {
	res, err := s.begin(ctx)
	if err != nil {
		return err
	}
	u, err := url.Parse(res.URL)
	if err != nil {
		return faultf("Give the address that a person opens.", "the login's address cannot be read: %v", err)
	}
	var wrong findings
	if u.Scheme != "https" && (!s.opts.Dev || !isLoopback(u.Hostname())) {
		wrong.add("the login's address begins with %s://%s", u.Scheme, u.Host)
	}
	q := u.Query()
	if len(q.Get("state")) < stateMin {
		wrong.add("the state is %q, which can be guessed", q.Get("state"))
	}
	if q.Get("redirect_uri") != res.RedirectURL {
		wrong.add("the address says redirect_uri=%s, the answer is expected at %q", q.Get("redirect_uri"), res.RedirectURL)
	}
	if q.Get("response_type") != "code" {
		wrong.add("the address says response_type=%s, not code", q.Get("response_type"))
	}
	if res.Session.IsZero() {
		wrong.add("there is no session to hand back")
	}
	if res.Done {
		wrong.add("the login is done before a person has consented")
	}
	return wrong.fault("Begin with an https address that has response_type=code, a random state and the redirect_uri, and keep the state in Session.")
}

func statesDiffer(ctx context.Context, s *subject) error {
	first, err := s.begin(ctx)
	if err != nil {
		return err
	}
	second, err := s.begin(ctx)
	if err != nil {
		return err
	}
	if state := stateOf(first); state != "" && state == stateOf(second) {
		return faultf("Make a new random state for each login, with crypto/rand.", "two logins have the same state")
	}
	return nil
}

func stateOf(res *plugin.AuthorizeResponse) string {
	u, err := url.Parse(res.URL)
	if err != nil {
		return ""
	}
	return u.Query().Get("state")
}

// refusesMadeUpToken brings a token that is none. It may be sent upstream to
// find out, which only a connection that says Dev allows.
func refusesMadeUpToken(ctx context.Context, s *subject) error {
	switch {
	case s.stranger == nil:
		return s.strange
	case !s.opts.Dev || s.opts.Settings == nil:
		return notRun("a made-up token is sent only with the settings of a sandbox and dev")
	}
	access, refresh := newCanary(), newCanary()
	s.seen.secret("an access token", access)
	s.seen.secret("a refresh token", refresh)
	_, err := s.authorize(ctx, s.stranger, &plugin.AuthorizeRequest{Token: &plugin.AuthorizeToken{
		AccessToken: plugin.NewSecret(access), RefreshToken: plugin.NewSecret(refresh),
	}})
	const advice = "Try a token that was made elsewhere before it is kept: ask the vendor whose it is."
	if err == nil {
		return faultf(advice, "a made-up token was taken")
	}
	if isVerdict(err) {
		return err
	}
	res, err := s.check(ctx, s.stranger)
	if isVerdict(err) {
		return err
	}
	if err == nil && res.Token.Present {
		return faultf(advice, "a made-up token was refused, and the check says that it is present")
	}
	return nil
}

func disconnectsUnknown(ctx context.Context, s *subject) error {
	if s.stranger == nil {
		return s.strange
	}
	nobody := s.connection("nobody", s.stranger.Settings, s.stranger.Secrets)
	for _, when := range []string{"never connected", "disconnected already"} {
		if err := s.disconnect(ctx, nobody); err != nil {
			return s.unexpected(err, "Disconnect of a connection that is not there has nothing to do; a connection that was "+when+" is no error.")
		}
	}
	return nil
}
