package connector

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"

	"github.com/linkstep/linkstep/plugin"
)

// cursorText is what a cursor says. It holds nothing of the search itself,
// only what tells whether it is the same.
type cursorText struct {
	Version int    `json:"v"`
	Action  string `json:"a"`
	Start   int64  `json:"s"`
	Skip    int64  `json:"k,omitempty"`
	Search  []byte `json:"h"` // SHA-256 of the viewer and the search
}

const cursorVersion = 1

// place is where a listing goes on: at a page, after some people of it.
type place struct{ start, skip int64 }

// sealCursor makes a cursor that goes on at a place.
func (s *session) sealCursor(ctx context.Context, at place, action string, identity []byte) (string, error) {
	key, err := s.conn.owner.state.cursorKey(ctx)
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(cursorText{Version: cursorVersion, Action: action, Start: at.start, Skip: at.skip, Search: s.searchHash(identity)})
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(append(text, seal(key, text)...)), nil
}

// openCursor returns where a cursor goes on. One of another search, of another
// account, or not made here is an error at /cursor.
func (s *session) openCursor(ctx context.Context, cursor, action string, identity []byte) (place, error) {
	key, err := s.conn.owner.state.cursorKey(ctx)
	if err != nil {
		return place{}, err
	}
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(raw) <= sha256.Size {
		return place{}, badCursor("the cursor is damaged", "")
	}
	text, sum := raw[:len(raw)-sha256.Size], raw[len(raw)-sha256.Size:]
	var c cursorText
	if !hmac.Equal(sum, seal(key, text)) || json.Unmarshal(text, &c) != nil || c.Version != cursorVersion {
		return place{}, badCursor("the cursor is damaged, or was not made here", "")
	}
	if c.Action != action || !hmac.Equal(c.Search, s.searchHash(identity)) {
		return place{}, badCursor("the cursor belongs to another search or another account", "Repeat the very search whose result had the cursor; only page_size, max_items, max_calls and max_age_seconds may differ.")
	}
	return place{c.Start, c.Skip}, nil
}

func badCursor(message, hint string) *plugin.Error {
	e := invalidInput("/cursor", message)
	e.Hint = hint
	if hint == "" {
		e.Hint = "Give next_cursor exactly as it came, or leave cursor out to begin anew."
	}
	return e
}

func seal(key, text []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write(text)
	return mac.Sum(nil)
}

// searchHash tells one search of one account from all others.
func (s *session) searchHash(identity []byte) []byte {
	h := sha256.New()
	h.Write([]byte(s.viewer))
	h.Write([]byte{0})
	h.Write(identity)
	return h.Sum(nil)
}

// cursorKey returns the key under which cursors are sealed, which all
// processes on the store share. It is made once.
func (s *state) cursorKey(ctx context.Context) ([]byte, error) {
	s.mu.Lock()
	key := s.sealing
	s.mu.Unlock()
	if key != nil {
		return key, nil
	}
	key, revision, err := s.get(ctx, cursorKeyName)
	if err != nil {
		return nil, err
	}
	if revision == 0 {
		fresh := make([]byte, sha256.Size)
		_, _ = rand.Read(fresh) // never fails
		swapped, _, err := s.swap(ctx, cursorKeyName, fresh, 0)
		if err != nil {
			return nil, err
		}
		key = fresh
		if !swapped { // another process was faster
			if key, _, err = s.get(ctx, cursorKeyName); err != nil {
				return nil, err
			}
		}
	}
	s.mu.Lock()
	s.sealing = key
	s.mu.Unlock()
	return key, nil
}
