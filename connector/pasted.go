package connector

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/linkstep/linkstep/connector/oauth"
	"github.com/linkstep/linkstep/plugin"
)

// The length of an authorization code in characters, with room on both sides:
// LinkedIn's have 150 to 250, its access tokens some 500.
// learn.microsoft.com/linkedin/shared/authentication/authorization-code-flow, 2026-11-24.
const (
	shortestCode = 20
	longestCode  = 400
)

// quotes are what may stand around an address that was copied from a text.
const quotes = "\"'`<>"

// codeOf finds the code in the answer, and the login that it answers: the
// whole redirect address, of which the state is checked, or the bare code, of
// which only the form can be.
func codeOf(in *plugin.AuthorizeComplete) (code string, session loginSession, err error) {
	answer := strings.Trim(strings.TrimSpace(in.Answer.Reveal()), quotes)
	if answer == "" {
		return "", session, badAnswer("it is empty")
	}
	if json.Unmarshal([]byte(in.Session.Reveal()), &session) != nil || session.State == "" {
		return "", session, badAnswer("the login that it answers is not known")
	}
	if !strings.ContainsAny(answer, "=/?:") {
		return answer, session, plausible(answer)
	}
	redirect, err := oauth.ParseRedirect(answer)
	if err != nil {
		return "", session, badAnswer(err.Error())
	}
	if redirect.State == "" {
		return "", session, badAnswer("it has no state, so it cannot be seen which login it answers")
	}
	code, err = redirect.CodeFor(session.State)
	return code, session, err
}

// plausible says why a text cannot be a code; nil when it may be one.
func plausible(code string) error {
	other := strings.IndexFunc(code, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-')
	})
	switch {
	case other >= 0:
		return badAnswer("it is neither an address nor a code, which has letters, digits, _ and - only")
	case len(code) < shortestCode:
		return badAnswer("it is too short for a code")
	case len(code) > longestCode:
		e := badAnswer("it is too long for a code, and may be an access token")
		e.Hint += " An access token is brought along with --access-token-stdin."
		return e
	}
	return nil
}

func badAnswer(why string) *plugin.Error {
	return &plugin.Error{
		Kind: plugin.InvalidInput, Source: plugin.SourceUser, Effect: plugin.EffectNone, Pointer: plugin.AnswerPointer, Err: errors.New(why),
		Message: "the answer of the login cannot be used: " + why,
		Hint:    "Copy the whole address of the page to which LinkedIn has sent the browser, also if that page did not load; or only the code in it.",
	}
}
