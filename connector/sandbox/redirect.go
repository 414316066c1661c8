package sandbox

import (
	"net/url"
	"slices"
)

// redirectAllowed compares an address with the registered ones, whose query does not matter. A
// native client may use any port of the loopback interface.
func redirectAllowed(c *Client, asked string, native bool) bool {
	want, err := url.Parse(asked)
	if err != nil || !want.IsAbs() || want.Fragment != "" {
		return false
	}
	if native {
		return isLoopback(want.Hostname())
	}
	return slices.ContainsFunc(c.RedirectURLs, func(registered string) bool {
		have, err := url.Parse(registered)
		return err == nil && have.Scheme == want.Scheme && have.Host == want.Host && have.Path == want.Path
	})
}

// fail sends the browser back with an error.
func (a *authorization) fail(code, description string) reply {
	return a.back(url.Values{"error": {code}, "error_description": {description}})
}

// back sends the browser back to the client, with the state and these parameters.
func (a *authorization) back(params url.Values) reply {
	to, _ := url.Parse(a.redirect) // checked by redirectAllowed
	query := to.Query()
	for name, values := range params {
		query[name] = values
	}
	if a.state != "" {
		query.Set("state", a.state)
	}
	to.RawQuery = query.Encode()
	return redirect(to.String())
}
