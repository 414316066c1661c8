package sandbox

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"sync"
)

// ids gives each member another id for each client, as LinkedIn does, so that an id of one
// application means nothing to another. It is safe for concurrent use.
type ids struct {
	key     [8]byte
	members int

	mu      sync.Mutex                // guards reverse
	reverse map[string]map[string]int // client to id to member; made when a client first asks
}

func newIDs(seed uint64, members int) *ids {
	i := &ids{members: members, reverse: map[string]map[string]int{}}
	binary.BigEndian.PutUint64(i.key[:], seed)
	return i
}

// of returns the id of a member for a client: ten characters of A-Z a-z 0-9 _ and -.
func (i *ids) of(client string, member int) string {
	mac := hmac.New(sha256.New, i.key[:])
	fmt.Fprintf(mac, "%s\x00%d", client, member)
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))[:10]
}

// member returns whom a client means by an id.
func (i *ids) member(client, id string) (int, bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	known := i.reverse[client]
	if known == nil {
		known = make(map[string]int, i.members)
		for m := range i.members {
			known[i.of(client, m)] = m
		}
		i.reverse[client] = known
	}
	m, ok := known[id]
	return m, ok
}

// PersonID returns the id that the client sees for the member at that index.
func (s *Server) PersonID(clientID string, member int) string { return s.ids.of(clientID, member) }

// Me returns the id that the client sees for the member who consents by default.
func (s *Server) Me(clientID string) string { return s.PersonID(clientID, 0) }
