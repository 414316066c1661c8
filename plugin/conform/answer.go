package conform

import (
	"context"
	"net/url"
	"strings"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/host"
)

// answer completes a login to a connection with a redirect that has these
// parameters, which must be refused.
func (s *subject) answer(ctx context.Context, conn *host.Connection, begun *plugin.AuthorizeResponse, parameters url.Values, advice string) error {
	redirect := begun.RedirectURL + "?" + parameters.Encode()
	res, err := s.authorize(ctx, conn, &plugin.AuthorizeRequest{Complete: &plugin.AuthorizeComplete{
		Session: begun.Session, Answer: plugin.NewSecret(redirect),
	}})
	if err == nil && res.Done {
		return faultf(advice, "the login is done")
	}
	if err == nil {
		return faultf("Return an error for an answer that cannot be used.", "there is no error, and the login is not done")
	}
	if isVerdict(err) {
		return err
	}
	if kind := plugin.KindOf(err); kind == plugin.Internal || kind == plugin.Unknown {
		return s.unexpected(err, "Return an error of kind invalid_input, forbidden or reauthorize that says what was wrong with the answer.")
	}
	return nil
}

const answerAdvice = "Compare the state of the answer with that in the session before anything is sent, and read error= first."

// refusesForeignState completes a login with the state of another one. The
// code is a real one where the login page is on this machine, so that nobody
// but the connector has a reason to refuse it.
func refusesForeignState(ctx context.Context, s *subject) error {
	if conn := s.newcomer("foreign"); conn != nil {
		begun, other, code, err := s.foreignCode(ctx, conn)
		if isFault(err) {
			return err
		}
		if err == nil {
			return s.answer(ctx, conn, begun, url.Values{"code": {code}, "state": {other}}, answerAdvice)
		}
	}
	begun, err := s.begin(ctx)
	if err != nil {
		return err
	}
	code := newCanary()
	s.seen.secret("the code of a login", code)
	return s.answer(ctx, s.stranger, begun, url.Values{"code": {code}, "state": {strings.ToLower(stateOf(begun)) + "x"}}, answerAdvice)
}

// foreignCode begins two logins and consents to the first. It returns that,
// its code and the state of the other.
func (s *subject) foreignCode(ctx context.Context, conn *host.Connection) (begun *plugin.AuthorizeResponse, other, code string, err error) {
	begun, err = s.beginAt(ctx, conn)
	if err != nil {
		return nil, "", "", err
	}
	second, err := s.beginAt(ctx, conn)
	if err != nil {
		return nil, "", "", err
	}
	other = stateOf(second)
	if other == stateOf(begun) {
		other = strings.ToLower(other) + "x" // that they are the same is a case of its own
	}
	answer, err := s.consented(ctx, begun)
	if err != nil {
		return nil, "", "", err
	}
	u, err := url.Parse(answer)
	if err != nil || u.Query().Get("code") == "" {
		return nil, "", "", notRun("the login page gave no code")
	}
	return begun, other, u.Query().Get("code"), nil
}

func refusesDenial(ctx context.Context, s *subject) error {
	begun, err := s.begin(ctx)
	if err != nil {
		return err
	}
	return s.answer(ctx, s.stranger, begun, url.Values{
		"error": {"access_denied"}, "error_description": {"the person said no"}, "state": {stateOf(begun)},
	}, answerAdvice)
}

// refusesWrongCode completes a login with its own state and a made-up code,
// which the vendor refuses: what the connector makes of that is told nowhere
// else. It is sent upstream, as a made-up token is.
func refusesWrongCode(ctx context.Context, s *subject) error {
	if s.stranger == nil {
		return s.strange
	}
	conn := s.newcomer("refused")
	if conn == nil || !s.opts.Dev {
		return notRun("a made-up code is sent only with the settings of a sandbox and dev")
	}
	begun, err := s.beginAt(ctx, conn)
	if err != nil {
		return err
	}
	code := newCanary()
	s.seen.secret("the code of a login", code)
	const advice = "A login is done when the vendor has given a token for the code, and not before."
	if err := s.answer(ctx, conn, begun, url.Values{"code": {code}, "state": {stateOf(begun)}}, advice); err != nil {
		return err
	}
	res, err := s.check(ctx, conn)
	if isVerdict(err) {
		return err
	}
	if err == nil && res.Token.Present {
		return faultf(advice, "a made-up code was refused, and the check says that a token is present")
	}
	return nil
}

// newcomer returns a new connection with the settings given, nil when there
// are none that fit.
func (s *subject) newcomer(name string) *host.Connection {
	if s.conn == nil || s.fits(s.conn.Settings, s.conn.Secrets) != nil {
		return nil
	}
	return s.connection(name, s.conn.Settings, s.conn.Secrets)
}
