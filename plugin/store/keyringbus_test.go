package store_test

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/godbus/dbus/v5"
)

// desktop is a session bus with a keyring on it, for tests. It speaks D-Bus to
// whoever connects, also to child processes.
type desktop struct {
	mu    sync.Mutex // guards what follows
	mood  mood
	items map[dbus.ObjectPath]keyringItem
	made  int    // items so far
	once  func() // called, and forgotten, before the next item is made
}

// mood is how a keyring behaves.
type mood string

const (
	usual   mood = ""
	locked  mood = "locked"   // it would ask for a password
	silent  mood = "silent"   // it never answers
	absent  mood = "absent"   // there is a bus, but no keyring
	bare    mood = "bare"     // no keyring was ever made
	refuses mood = "refuses"  // it says no, for a reason of its own
	loses   mood = "loses"    // it takes an entry and has none
	hidden  mood = "hidden"   // locked, and finds nothing while it is
	asks    mood = "asks"     // it wants to ask its owner before it takes an entry
	spoils  mood = "spoils"   // it gives back another secret than it was given
	deaf    mood = "deaf"     // the bus does not even greet
	hangsUp mood = "hangs up" // the bus closes every connection
)

type keyringItem struct {
	attributes  map[string]string
	label, text string
}

// newDesktop makes a session bus the one that this process and its children
// use. On macOS it skips the test.
func newDesktop(t testing.TB) *desktop {
	t.Helper()
	if runtime.GOOS == "darwin" {
		t.Skip("needs a keyring that is reached over D-Bus: here it is the user's own keychain")
	}
	dir, err := os.MkdirTemp("/tmp", "linkstep-bus-") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("unix", filepath.Join(dir, "bus"))
	if err != nil {
		t.Fatal(err)
	}
	d := &desktop{items: map[dbus.ObjectPath]keyringItem{}}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer conn.Close()
				d.serve(conn)
			})
		}
	})
	t.Cleanup(func() {
		listener.Close()
		wg.Wait()
		os.RemoveAll(dir)
	})
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "tcp:host=localhost;unix:path="+filepath.Join(dir, "bus")+",guid=1")
	return d
}

func (d *desktop) feels(m mood) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.mood = m
}

// onCreate has something happen just before the next entry is made.
func (d *desktop) onCreate(do func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.once = do
}

// entries returns the labels of the items by the names that they are found by.
func (d *desktop) entries() map[string]string {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := map[string]string{}
	for _, item := range d.items {
		all[item.attributes["service"]+" "+item.attributes["username"]] = item.label
	}
	return all
}

// forget removes all items.
func (d *desktop) forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	clear(d.items)
}

// serve lets a client in and answers its calls.
func (d *desktop) serve(conn net.Conn) {
	d.mu.Lock()
	m := d.mood
	d.mu.Unlock()
	in := bufio.NewReader(conn)
	for m != hangsUp {
		line, err := in.ReadString('\n')
		switch {
		case err != nil:
			return
		case m == deaf:
		case strings.HasPrefix(line, "BEGIN"):
			d.answerAll(conn, in)
			return
		case strings.HasPrefix(line, "AUTH EXTERNAL"):
			fmt.Fprint(conn, "OK 1234deadbeef\r\n")
		default:
			fmt.Fprint(conn, "REJECTED EXTERNAL\r\n")
		}
	}
}

func (d *desktop) answerAll(conn net.Conn, in *bufio.Reader) {
	for {
		msg, err := dbus.DecodeMessage(in)
		if err != nil {
			return
		}
		reply := &dbus.Message{Type: dbus.TypeMethodReply, Headers: map[dbus.HeaderField]dbus.Variant{dbus.FieldReplySerial: dbus.MakeVariant(msg.Serial())}}
		body, failure := d.answer(msg)
		if failure == "silence" {
			continue
		}
		if failure != "" {
			reply.Type, reply.Headers[dbus.FieldErrorName] = dbus.TypeError, dbus.MakeVariant(failure)
			body = []any{"said the keyring"}
		}
		reply.Body = body
		reply.Headers[dbus.FieldSignature] = dbus.MakeVariant(dbus.SignatureOf(body...))
		if err := reply.EncodeTo(conn, binary.LittleEndian); err != nil {
			return
		}
	}
}

// answer does what a call asks for and returns the reply or the name of an
// error.
func (d *desktop) answer(msg *dbus.Message) (body []any, failure string) {
	d.mu.Lock()
	if do := d.once; do != nil && msg.Headers[dbus.FieldMember].Value() == "CreateItem" {
		d.once = nil
		d.mu.Unlock()
		do()
		d.mu.Lock()
	}
	defer d.mu.Unlock()
	const prompt, collection = dbus.ObjectPath("/prompt"), dbus.ObjectPath("/collection/login")
	none, path := dbus.ObjectPath("/"), msg.Headers[dbus.FieldPath].Value().(dbus.ObjectPath)
	method := msg.Headers[dbus.FieldMember].Value().(string)
	switch {
	case method == "Hello":
		return []any{":1.7"}, ""
	case d.mood == silent:
		return nil, "silence"
	case d.mood == absent:
		return nil, "org.freedesktop.DBus.Error.ServiceUnknown"
	}
	switch method {
	case "OpenSession":
		return []any{dbus.MakeVariant(""), dbus.ObjectPath("/session")}, ""
	case "ReadAlias":
		if d.mood == bare {
			return []any{none}, ""
		}
		return []any{collection}, ""
	case "SearchItems":
		found := [2][]dbus.ObjectPath{{}, {}}
		for p, item := range d.items {
			if d.mood == locked && maps.Equal(item.attributes, msg.Body[0].(map[string]string)) {
				found[1] = append(found[1], p)
			} else if d.mood != hidden && maps.Equal(item.attributes, msg.Body[0].(map[string]string)) {
				found[0] = append(found[0], p)
			}
		}
		return []any{found[0], found[1]}, ""
	case "Unlock":
		if d.mood == locked || d.mood == hidden {
			return []any{[]dbus.ObjectPath{}, prompt}, ""
		}
		return []any{msg.Body[0], none}, ""
	case "CreateItem":
		return d.create(msg, none, prompt)
	case "GetSecret":
		text := d.items[path].text
		if d.mood == spoils {
			text = "{" + text
		}
		return []any{struct {
			Session           dbus.ObjectPath
			Parameters, Value []byte
			ContentType       string
		}{"/session", []byte{}, []byte(text), "text/plain"}}, ""
	}
	return nil, "org.freedesktop.DBus.Error.UnknownMethod"
}

func (d *desktop) create(msg *dbus.Message, none, prompt dbus.ObjectPath) (body []any, failure string) {
	switch d.mood {
	case refuses:
		return nil, "org.example.Error.Refused"
	case asks:
		return []any{none, prompt}, ""
	case loses:
		return []any{dbus.ObjectPath("/gone"), none}, ""
	}
	properties := msg.Body[0].(map[string]dbus.Variant)
	item := keyringItem{
		attributes: properties["org.freedesktop.Secret.Item.Attributes"].Value().(map[string]string),
		label:      properties["org.freedesktop.Secret.Item.Label"].Value().(string),
		text:       string(msg.Body[1].([]any)[2].([]byte)),
	}
	for p, other := range d.items {
		if maps.Equal(other.attributes, item.attributes) {
			d.items[p] = item
			return []any{p, none}, ""
		}
	}
	d.made++
	p := dbus.ObjectPath(fmt.Sprintf("/item/%d", d.made))
	d.items[p] = item
	return []any{p, none}, ""
}
