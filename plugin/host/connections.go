package host

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/linkstep/linkstep/plugin"
)

// connectionKeys is where the host keeps connections in its store, by name.
const connectionKeys = hostName + "/connections/"

// Connection is one authorized account with its configuration, as the host
// keeps it. Do not change one that is in use; save a changed copy.
type Connection struct {
	ID        string                   // never changes
	Name      string                   // what people call it
	Connector string                   // the connector's name
	Dev       bool                     // upstream hosts other than the vendor's are allowed
	Settings  json.RawMessage          // a JSON object without the secret settings
	Secrets   map[string]plugin.Secret // the secret settings
	Account   plugin.Account           // who authorized it; its name is the member's own data and kept only if it is set here, until the login has ended for good
	CreatedAt time.Time
}

// NewConnection returns a connection with a new id.
func NewConnection(connector, name string) *Connection {
	id := make([]byte, 12)
	_, _ = rand.Read(id) // never fails
	return &Connection{ID: base64.RawURLEncoding.EncodeToString(id), Name: name, Connector: connector, CreatedAt: time.Now().UTC().Truncate(time.Second)}
}

// forPlugin is the connection as a connector gets it.
func (c *Connection) forPlugin() plugin.Connection {
	return plugin.Connection{ID: c.ID, Name: c.Name, Dev: c.Dev, Settings: c.Settings, Secrets: c.Secrets}
}

// fingerprint tells a changed connection from the same.
type fingerprint [sha256.Size]byte

func (c *Connection) fingerprint() fingerprint {
	h := sha256.New()
	fmt.Fprintf(h, "%q %q %t %q", c.ID, c.Name, c.Dev, c.Settings)
	for _, name := range slices.Sorted(maps.Keys(c.Secrets)) {
		fmt.Fprintf(h, " %q %q", name, c.Secrets[name].Reveal())
	}
	return fingerprint(h.Sum(nil))
}

// record is a connection as it is stored, encrypted like all values.
type record struct {
	ID        string            `json:"id"`
	Connector string            `json:"connector"`
	Dev       bool              `json:"dev,omitempty"`
	Settings  json.RawMessage   `json:"settings,omitempty"`
	Secrets   map[string]string `json:"secrets,omitempty"`
	Account   plugin.Account    `json:"account"`
	CreatedAt time.Time         `json:"created_at"`
}

// Connections keeps connections in the host's store.
type Connections struct {
	host  *Host
	store plugin.Store // the host's
}

// Connections returns the host's connections. Without a store every call of
// it is an error of kind StoreUnavailable.
func (h *Host) Connections() *Connections { return &Connections{host: h, store: h.store} }

// ready reports that there is no store.
func (c *Connections) ready() error {
	if c.store != nil {
		return nil
	}
	return &plugin.Error{
		Kind: plugin.StoreUnavailable, Source: plugin.SourceHost, Effect: plugin.EffectNone,
		Message: "this host has no store to keep connections in", Hint: "Give the host a store.",
	}
}

// readyFor reports that there is no store, or no connection.
func (c *Connections) readyFor(conn *Connection) error {
	if conn == nil {
		return misuse("there is no connection given", "Make one with NewConnection, or get one with Connections.Get.")
	}
	return c.ready()
}

// Get returns a connection by name. A name that does not exist is an error of
// kind UnknownName.
func (c *Connections) Get(ctx context.Context, name string) (*Connection, error) {
	if err := c.ready(); err != nil {
		return nil, err
	}
	conn, _, err := c.read(ctx, name)
	if err != nil {
		return nil, err
	}
	if conn == nil {
		names, err := c.Names(ctx)
		if err != nil {
			return nil, err
		}
		e := UnknownName("connection", name, "there is no connection", names)
		if len(names) == 0 {
			e.Hint = "Make one with: linkstep connect CONNECTOR --name " + name
		}
		return nil, e
	}
	return conn, nil
}

func (c *Connections) read(ctx context.Context, name string) (*Connection, int64, error) {
	got, err := c.store.Get(ctx, &plugin.GetRequest{Key: connectionKeys + name})
	if err != nil || got.Revision == 0 {
		return nil, 0, err
	}
	var r record
	if err := json.Unmarshal(got.Value, &r); err != nil {
		return nil, 0, plugin.AsError(fmt.Errorf("connection %q in the store: %w", name, err))
	}
	conn := &Connection{ID: r.ID, Name: name, Connector: r.Connector, Dev: r.Dev, Settings: r.Settings, Account: r.Account, CreatedAt: r.CreatedAt}
	for name, value := range r.Secrets {
		if conn.Secrets == nil {
			conn.Secrets = make(map[string]plugin.Secret, len(r.Secrets))
		}
		conn.Secrets[name] = plugin.NewSecret(value)
	}
	return conn, got.Revision, nil
}

// Names returns the names of all connections, sorted.
func (c *Connections) Names(ctx context.Context) ([]string, error) {
	if err := c.ready(); err != nil {
		return nil, err
	}
	var names []string
	err := c.keys(ctx, connectionKeys, func(key string) { names = append(names, strings.TrimPrefix(key, connectionKeys)) })
	return names, err
}

// Save writes a connection. A connection of that name must be the same one,
// by id; another is an error of kind Conflict.
func (c *Connections) Save(ctx context.Context, conn *Connection) error {
	if err := c.readyFor(conn); err != nil {
		return err
	}
	if err := CheckConnectionName(conn.Name); err != nil {
		return err
	}
	for {
		old, revision, err := c.read(ctx, conn.Name)
		if err != nil {
			return err
		}
		if old != nil && old.ID != conn.ID {
			return ConnectionExists(conn.Name)
		}
		if saved, err := c.swap(ctx, conn, revision); saved || err != nil {
			return err
		}
	}
}

// swap writes a connection over a revision of it, unless there is another by now.
func (c *Connections) swap(ctx context.Context, conn *Connection, revision int64) (bool, error) {
	r := record{ID: conn.ID, Connector: conn.Connector, Dev: conn.Dev, Settings: conn.Settings, Account: conn.Account, CreatedAt: conn.CreatedAt}
	for name, secret := range conn.Secrets {
		if r.Secrets == nil {
			r.Secrets = make(map[string]string, len(conn.Secrets))
		}
		r.Secrets[name] = secret.Reveal()
	}
	doc, err := json.Marshal(r)
	if err != nil {
		return false, plugin.AsError(err)
	}
	out, err := c.store.Swap(ctx, &plugin.SwapRequest{Key: connectionKeys + conn.Name, Value: doc, Revision: revision})
	if err != nil {
		return false, err
	}
	return out.Swapped, nil
}

// Entries counts what is kept of a connection by what it is: "settings" is
// what the host keeps, the other words are the connector's, as "token" is.
type Entries map[string]int64

// settingsEntry is the host's own entry of a connection: settings with their
// secrets, and whose account it is.
const settingsEntry = "settings"

// Delete deletes a connection and all that its connector keeps of it, and
// returns what that was. Another connection that has its name stays, and so do
// quota counters: their day goes on. What a running connector remembers of it
// in memory goes with [Plugin.Disconnect]; other processes that still use the
// connection find out within a minute: their next call after that ends as if
// nobody had logged in, with nothing from memory.
func (c *Connections) Delete(ctx context.Context, conn *Connection) (Entries, error) {
	if err := c.readyFor(conn); err != nil {
		return nil, err
	}
	deleted, err := c.delete(ctx, conn)
	if err == nil && len(deleted) == 0 {
		return deleted, nil // there was nothing
	}
	entry := &plugin.AuditEntry{Connection: conn.Name, Action: auditDisconnect}
	if conn.Account.URN != "" {
		entry.Subjects = []string{conn.Account.URN}
	}
	_ = c.host.Record(ctx, entry, err) // it is in the log
	return deleted, err
}

func (c *Connections) delete(ctx context.Context, conn *Connection) (Entries, error) {
	// The connector's part goes first: a failure in between leaves a
	// connection that can be deleted again.
	deleted, err := c.ofConnector(ctx, conn)
	if err != nil {
		return nil, err
	}
	if _, err := c.store.Delete(ctx, &plugin.DeleteRequest{Prefix: plugin.ConnectionPrefix(conn.Connector, conn.ID)}); err != nil {
		return nil, err
	}
	// The name may be another's, whose login was first. While it is this one's,
	// Save gives it to nobody else.
	saved, _, err := c.read(ctx, conn.Name)
	if err != nil || saved == nil || saved.ID != conn.ID {
		return deleted, err
	}
	rec, err := c.store.Delete(ctx, &plugin.DeleteRequest{Key: connectionKeys + conn.Name})
	if err != nil {
		return deleted, err
	}
	if rec.Deleted > 0 {
		deleted[settingsEntry] = rec.Deleted
	}
	return deleted, nil
}

// Entries counts what is kept of a connection that was saved.
func (c *Connections) Entries(ctx context.Context, conn *Connection) (Entries, error) {
	if err := c.readyFor(conn); err != nil {
		return nil, err
	}
	kept, err := c.ofConnector(ctx, conn)
	if err != nil {
		return nil, err
	}
	kept[settingsEntry] = 1
	return kept, nil
}

// ofConnector counts what the connector keeps of a connection.
func (c *Connections) ofConnector(ctx context.Context, conn *Connection) (Entries, error) {
	prefix := plugin.ConnectionPrefix(conn.Connector, conn.ID)
	kept := make(Entries)
	err := c.keys(ctx, prefix, func(key string) {
		kind, _, _ := strings.Cut(strings.TrimPrefix(key, prefix), "/")
		kept[kind]++
	})
	return kept, err
}

// keys calls f for every key with a prefix, in order.
func (c *Connections) keys(ctx context.Context, prefix string, f func(key string)) error {
	for after := ""; ; {
		page, err := c.store.List(ctx, &plugin.ListRequest{Prefix: prefix, After: after})
		if err != nil || len(page.Keys) == 0 {
			return err
		}
		for _, key := range page.Keys {
			f(key)
		}
		after = page.Keys[len(page.Keys)-1]
	}
}

// ConnectionExists is the error of kind Conflict for a name that is taken.
func ConnectionExists(name string) *plugin.Error {
	return &plugin.Error{
		Kind: plugin.Conflict, Source: plugin.SourceCaller, Effect: plugin.EffectNone,
		Message: fmt.Sprintf("there is a connection %q already", name),
		Hint:    "Choose another --name, or remove it with: linkstep disconnect " + name,
	}
}

// connectionNameMax is the longest name of a connection, in bytes.
const connectionNameMax = 64

// CheckConnectionName returns an error of kind InvalidConfig for a name that a
// connection cannot have.
func CheckConnectionName(name string) error {
	ok := name != "" && len(name) <= connectionNameMax && !strings.HasPrefix(name, "-") && !strings.HasPrefix(name, ".")
	for _, r := range name {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_', r == '.':
		default:
			ok = false
		}
	}
	if ok {
		return nil
	}
	return &plugin.Error{
		Kind: plugin.InvalidConfig, Source: plugin.SourceUser, Pointer: "/name", Effect: plugin.EffectNone,
		Message: fmt.Sprintf("%q cannot be the name of a connection", name),
		Hint:    "Use up to 64 letters, digits, dots, dashes and underscores.",
	}
}
