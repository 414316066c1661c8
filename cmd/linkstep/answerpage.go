package main

import (
	"fmt"
	"net/http"
)

// answerPage is what the browser shows after the consent. Nothing of the answer
// is on it: its texts are ours.
type answerPage struct {
	status         int
	heading, words string
}

var (
	pageReceived = answerPage{http.StatusOK, "Back to the terminal",
		"Linkstep has received the answer, and says there what came of it. You can close this page."}
	pageDenied = answerPage{http.StatusOK, "The access was not given",
		"Nothing has changed. The terminal says why. You can close this page."}
	pageOther = answerPage{http.StatusBadRequest, "This answers another login",
		"Linkstep waits for the answer to a login that was begun with another address, and goes on waiting. " +
			"If you have just consented, paste the address of this page into the terminal in which you began."}
	pageNone = answerPage{http.StatusNotFound, "There is no answer here",
		"Linkstep waits here for the answer to a login. Consent at the address that the terminal shows."}
)

const answerFrame = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>%[1]s | Linkstep</title>
<style>body { font: 1rem/1.5 system-ui, sans-serif; margin: 4rem auto; max-width: 32rem; padding: 0 1rem; }</style>
</head>
<body>
<main>
<h1>%[1]s</h1>
<p>%[2]s</p>
</main>
</body>
</html>
`

// write sends the page. It loads and runs nothing, and no copy of it is kept.
func (p *answerPage) write(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(p.status)
	fmt.Fprintf(w, answerFrame, p.heading, p.words)
}
