package connector

import (
	"context"
	"sync"
	"time"
)

// refusalLife is how long an application's refusal is remembered: LinkedIn
// grants access by hand, so asking every time only spends calls.
const refusalLife = 24 * time.Hour

// trial is what came of an action that only approved applications may use.
type trial struct {
	OK     bool      `json:"ok"`
	Status int       `json:"status,omitempty"` // of the refusal
	Code   string    `json:"code,omitempty"`   // of the refusal
	At     time.Time `json:"at"`               // by the API's clock
}

// access remembers which actions LinkedIn refuses to an application. Access is
// granted to applications, so all their connections share it. It is safe for
// concurrent use.
type access struct {
	state *state

	mu          sync.Mutex // guards the fields below
	application string
	trials      map[string]trial // by action; nil: not read yet
}

// trialOf names what is remembered of an action. Searches differ with the
// settings, and the typeahead is refused to who does not administer the page.
func (s *session) trialOf(action string) string {
	if action != searchPeopleName {
		return action
	}
	search := s.conn.settings.Search
	name := action + " " + search.Path + "?q=" + search.Finder
	if search.Strategy == strategyTypeahead {
		name += " " + search.Organization + " " + s.account.bucket()
	}
	return name
}

// reset follows a login to another application.
func (a *access) reset(application string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.application != application {
		a.application, a.trials = application, nil
	}
}

// last returns what came of an action when it was last tried; ok is false when
// it never was, or too long ago.
func (a *access) last(ctx context.Context, action string, now time.Time) (t trial, ok bool, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.read(ctx); err != nil {
		return trial{}, false, err
	}
	t, ok = a.trials[action]
	if age := now.Sub(t.At); age >= refusalLife || age < -refusalLife {
		return trial{}, false, nil
	}
	return t, ok, nil
}

// note keeps what came of an action. What is known already is not written.
func (a *access) note(ctx context.Context, action string, t trial) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.read(ctx); err != nil {
		return err
	}
	if old, ok := a.trials[action]; ok && old.OK == t.OK && t.At.Sub(old.At) < refusalLife/2 {
		return nil
	}
	a.trials[action] = t
	return a.state.putJSON(ctx, accessPrefix+a.application, a.trials)
}

// forget makes the next call of each refused action ask LinkedIn again.
func (a *access) forget(ctx context.Context) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.read(ctx); err != nil {
		return err
	}
	changed := false
	for action, t := range a.trials {
		if !t.OK {
			delete(a.trials, action)
			changed = true
		}
	}
	if !changed {
		return nil
	}
	return a.state.putJSON(ctx, accessPrefix+a.application, a.trials)
}

// read loads the trials at first use. Called with mu held.
func (a *access) read(ctx context.Context) error {
	if a.trials != nil {
		return nil
	}
	trials := make(map[string]trial)
	if _, err := a.state.getJSON(ctx, accessPrefix+a.application, &trials); err != nil {
		return err
	}
	a.trials = trials
	return nil
}
