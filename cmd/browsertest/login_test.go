package browsertest

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"
)

const (
	consentPath = "/oauth/v2/authorization"
	nativePath  = "/oauth/native-pkce/authorization"
	answerPath  = "/callback"

	firstMember = "Cora Hartwell" // of the sandbox's default seed
)

func TestLogin(t *testing.T) {
	chromium := findBrowser(t)
	dir, err := os.MkdirTemp("", "ls") // a socket's path must stay short, and that of t.TempDir is long
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		wantProcesses(t, dir, 0)
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	buildCommands(t, dir)
	browser := startBrowser(t, chromium, dir)
	for _, tt := range []struct {
		name string
		test func(m *machine, browser context.Context)
	}{
		{"allow", testAllow},
		{"cancel", testCancel},
		{"other state", testOtherState},
		{"two at once", testTwoAtOnce},
		{"port taken", testPortTaken},
		{"no browser opens", testNoBrowserOpens},
		{"redirect not registered", testRedirectNotRegistered},
		{"native", testNative},
		{"Ctrl-C", testInterrupt},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.test(newMachine(t, dir), browser)
		})
	}
}

// The member allows the access: the connection works. Logging in again in the
// same browser, the member is not asked a second time.
func testAllow(m *machine, browser context.Context) {
	b := newTab(m.t, browser)
	login := m.login("--name", "me")
	consent := b.open(login.opened())
	if consent.Status != http.StatusOK || consent.heading() != "Linkstep Demo would like to:" || !strings.Contains(consent.Text, "You will go back to "+m.redirect) {
		m.t.Errorf("the consent page: %+v", consent)
	}
	b.choose("3")
	b.wantAnswerPage(b.press("allow"), m.redirect, "Back to the terminal", "code")
	login.exits(0, "connected me to linkedin as ")
	var name string
	_, after, _ := strings.Cut(login.out.String(), " as ")
	name, _, _ = strings.Cut(after, "\n")
	if name == firstMember {
		m.t.Errorf("connected as %s, and another member was chosen", name)
	}
	m.wantProfile("me", name)
	b.wantHistory(consentPath, answerPath)

	again := m.login("--name", "me")
	b.wantAnswerPage(b.open(again.opened()), m.redirect, "Back to the terminal", "code")
	again.exits(0, "reconnected me to linkedin as "+name)
	m.wantProfile("me", name)
	b.wantHistory(consentPath, answerPath, answerPath)
}

// wantAnswerPage checks the page that the command shows, and that nothing of
// the answer is on it.
func (b *tab) wantAnswerPage(p *page, redirect, heading, field string) {
	b.t.Helper()
	if p.Status != http.StatusOK || p.Path != answerPath || p.heading() != heading || !strings.Contains(p.Text, "close this page") {
		b.t.Errorf("the answer page: %+v; want %q", p, heading)
	}
	answer := b.answered(redirect)
	for _, name := range []string{field, "state"} {
		if value := answer.Get(name); value == "" || strings.Contains(p.HTML, value) {
			b.t.Errorf("the answer page must not show the %s %q:\n%s", name, value, p.HTML)
		}
	}
}

// The member does not allow the access, or does not even sign in.
func testCancel(m *machine, browser context.Context) {
	for _, tt := range []struct{ button, words string }{
		{"cancel", "error: the member did not allow the access that the application asks for\nhint: Log in again when you are ready"},
		{"cancel_login", "error: the login was cancelled at LinkedIn\nhint: Log in again when you are ready"},
	} {
		b := newTab(m.t, browser)
		login := m.login("--name", "me")
		b.open(login.opened())
		b.wantAnswerPage(b.press(tt.button), m.redirect, "The access was not given", "error")
		login.exits(130, tt.words)
		m.wantNoConnection()
		b.wantHistory(consentPath, answerPath)
	}
}

// Any page that is open in the browser can send something to the redirect URL.
// It must not end the login of the person, who then finishes it.
func testOtherState(m *machine, browser context.Context) {
	login := m.login("--name", "me")
	address := login.opened()
	stranger := newTab(m.t, browser)
	if p := stranger.open(m.redirect); p.Status != http.StatusNotFound || p.heading() != "There is no answer here" {
		m.t.Errorf("nothing was answered, and the page says: %+v", p)
	}
	for _, query := range []string{"code=AQforged&state=other", "code=AQforged", "error=user_cancelled_authorize&state="} {
		p := stranger.open(m.redirect + "?" + query)
		if p.Status != http.StatusBadRequest || p.heading() != "This answers another login" {
			m.t.Errorf("%s: %+v", query, p)
		}
	}
	login.says("warning: an answer to another login has arrived and is left aside; this one still waits")
	b := newTab(m.t, browser)
	b.open(address)
	b.wantAnswerPage(b.press("allow"), m.redirect, "Back to the terminal", "code")
	login.exits(0, "connected me to linkedin as "+firstMember)
	m.wantProfile("me", firstMember)

	// What a person pastes is an answer, and the command says what is wrong.
	login = m.login("--name", "other")
	login.opened()
	login.paste(m.redirect + "?code=AQforged&state=other")
	login.says("warning: the answer does not belong to this login: its state differs\nhint: Use the newest address only, or start again.\nThis login still waits.")
	login.interrupt()
	login.exits(130)
}

// A second login cannot listen too. Its answer goes to the first one, whose
// page says what to do with it, and both end well.
func testTwoAtOnce(m *machine, browser context.Context) {
	first := m.login("--name", "first")
	address := first.opened()
	second := m.login("--name", "second")
	second.says("is taken by another program, and linkstep connect needs it for the answer")
	b := newTab(m.t, browser)
	b.open(second.opened())
	p := b.press("allow")
	if p.Status != http.StatusBadRequest || !strings.Contains(p.Text, "paste the address of this page into the terminal in which you began") {
		m.t.Errorf("the page of the other login: %+v", p)
	}
	second.paste(m.redirect + strings.TrimPrefix(p.Path, answerPath))
	second.exits(0, "connected second to linkedin as "+firstMember)
	b = newTab(m.t, browser)
	b.open(address)
	b.wantAnswerPage(b.press("allow"), m.redirect, "Back to the terminal", "code")
	first.exits(0, "connected first to linkedin as "+firstMember)
	m.wantProfile("first", firstMember)
}

// Another program has the port: the person pastes where the browser ends.
func testPortTaken(m *machine, browser context.Context) {
	u, err := url.Parse(m.redirect)
	if err != nil {
		m.t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:"+u.Port())
	if err != nil {
		m.t.Fatal(err)
	}
	defer ln.Close()
	other := &http.Server{Handler: http.NotFoundHandler()}
	go other.Serve(ln)
	defer other.Close()

	login := m.login("--name", "me")
	login.says("warning: the answer cannot be received at " + m.redirect + ": port " + u.Port() +
		" is taken by another program, and linkstep connect needs it for the answer\n" +
		"hint: Paste the address that the browser ends at, or free the port and try again.\n")
	b := newTab(m.t, browser)
	b.open(login.opened())
	login.paste(m.redirect + strings.TrimPrefix(b.leave("allow"), answerPath))
	login.exits(0, "connected me to linkedin as "+firstMember)
	m.wantProfile("me", firstMember)
}

// A machine without a desktop: the person is told, and opens the address.
func testNoBrowserOpens(m *machine, browser context.Context) {
	m.env = append(m.env, "OPENER_FAILS=1")
	login := m.login("--name", "me")
	login.says("warning: no browser has opened (xdg-open: exit status 3)\nhint: Open the address above yourself, on any machine.\n")
	b := newTab(m.t, browser)
	b.open(login.shown())
	b.wantAnswerPage(b.press("allow"), m.redirect, "Back to the terminal", "code")
	login.exits(0, "connected me to linkedin as "+firstMember)
}

// LinkedIn shows this problem on a page of its own and sends nobody back, so
// the command waits, until its time is over.
func testRedirectNotRegistered(m *machine, browser context.Context) {
	login := m.login("--name", "me", "--set", "redirect_url="+freeRedirect(m.t), "--timeout", "8s")
	p := newTab(m.t, browser).open(login.opened())
	if p.Status != http.StatusBadRequest || !strings.Contains(p.Text, "Redirect_uri doesn't match") {
		m.t.Errorf("the page of the problem: %+v", p)
	}
	login.exits(8, "error: no consent has arrived in time, and nothing has changed\nhint: Start again, and allow more time with --timeout.")
	m.wantNoConnection()
}

// An application without a secret may use any port of the loopback interface:
// it takes a free one.
func testNative(m *machine, browser context.Context) {
	login := m.login("--name", "me", "--set", "flow=native_pkce", "--set", "client_id=86nativepkce01", "--set", "redirect_url=http://127.0.0.1:0"+answerPath)
	address := login.opened()
	u, err := url.Parse(address)
	if err != nil || u.Query().Get("code_challenge_method") != "S256" || u.Path != nativePath {
		m.t.Errorf("the address of a native login: %s (%v)", address, err)
	}
	m.redirect = u.Query().Get("redirect_uri")
	if to, err := url.Parse(m.redirect); err != nil || to.Port() == "" || to.Port() == "0" {
		m.t.Errorf("the answer goes to %s (%v), which has no port", m.redirect, err)
	}
	b := newTab(m.t, browser)
	b.open(address)
	b.wantAnswerPage(b.press("allow"), m.redirect, "Back to the terminal", "code")
	login.exits(0, "connected me to linkedin as "+firstMember)
	m.wantProfile("me", firstMember)
	b.wantHistory(nativePath, answerPath)
}

// Ctrl-C while the person is asked: the command ends at once, its plugin too,
// and nothing but the sandbox is left.
func testInterrupt(m *machine, _ context.Context) {
	wantProcesses(m.t, m.dir, 1)
	login := m.login("--name", "me")
	login.opened()
	wantProcesses(m.t, m.dir, 3)
	login.interrupt()
	begun := time.Now()
	login.exits(130, "error: ")
	if took := time.Since(begun); took > 5*time.Second {
		m.t.Errorf("it ended after %s", took)
	}
	wantProcesses(m.t, m.dir, 1)
	if left, err := os.ReadDir(m.tmp()); err != nil || len(left) > 0 {
		m.t.Errorf("left in TMPDIR: %v, %v", left, err)
	}
	m.wantNoConnection()
	u, err := url.Parse(m.redirect)
	if err != nil {
		m.t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:"+u.Port())
	if err != nil {
		m.t.Errorf("the port is still taken: %v", err)
		return
	}
	ln.Close()
}
