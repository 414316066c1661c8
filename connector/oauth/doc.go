// Package oauth gets LinkedIn access tokens, keeps them alive and signs
// requests with them. golang.org/x/oauth2 speaks to the token endpoint; this
// package adds what it has no hook for: a rotated token is saved before it is
// used, one refresh serves all callers, and LinkedIn's own answers are told
// apart.
//
// The usual calls, at login and ever after:
//
//	open(config.AuthorizationURL(state, ""))
//	answer, err := oauth.ParseRedirect(pasted)
//	code, err := answer.CodeFor(state)
//	token, err := config.Exchange(ctx, code, "") // once; then save it in store
//
//	source := oauth.NewSource(config, store, nil)
//	defer source.Close()
//	rt := oauth.Transport(base, source, apiURL, nil)
//
// It does not listen for the redirect or open a browser, and it does not
// encrypt: a [Store] does. It never repeats a code exchange, and follows no
// redirect.
//
// A login that LinkedIn has ended is not deleted but replaced by a [Token] that
// says so, by compare-and-swap: what another process has saved meanwhile stays.
package oauth
