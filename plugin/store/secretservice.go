//go:build !darwin

package store

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"

	"github.com/godbus/dbus/v5"
)

// The names are those of the Secret Service API,
// specifications.freedesktop.org/secret-service-spec, read 2026-11-24.
const (
	secretsName = "org.freedesktop.secrets"
	secretsPath = dbus.ObjectPath("/org/freedesktop/secrets")
	secrets     = "org.freedesktop.Secret."
	noObject    = dbus.ObjectPath("/")
)

// keyringAttributes find an entry.
func keyringAttributes(name string) map[string]string {
	return map[string]string{"service": keyringService, "username": name}
}

// secret is an entry's content on its way, in a session.
type secret struct {
	Session     dbus.ObjectPath
	Parameters  []byte
	Value       []byte
	ContentType string
}

// keyringGet returns the secret of an entry.
func keyringGet(ctx context.Context, name string) (text string, err error) {
	err = inKeyringTime(ctx, func(ctx context.Context) error {
		return withSecrets(ctx, func(s *secretService) error {
			item, err := s.find(ctx, name)
			if err != nil {
				return err
			}
			var got secret
			err = s.call(ctx, item, "Item.GetSecret", s.session).Store(&got)
			text = string(got.Value)
			return err
		})
	})
	return text, err
}

// keyringSet makes an entry, or gives the one of that name a new secret.
func keyringSet(ctx context.Context, name, label, text string) error {
	return inKeyringTime(ctx, func(ctx context.Context) error {
		return withSecrets(ctx, func(s *secretService) error {
			collection, err := s.collection(ctx)
			if err != nil {
				return err
			}
			if err := s.unlock(ctx, collection); err != nil {
				return err
			}
			properties := map[string]dbus.Variant{
				secrets + "Item.Label":      dbus.MakeVariant(label),
				secrets + "Item.Attributes": dbus.MakeVariant(keyringAttributes(name)),
			}
			content := secret{Session: s.session, Parameters: []byte{}, Value: []byte(text), ContentType: "text/plain"}
			var item, prompt dbus.ObjectPath
			err = s.call(ctx, collection, "Collection.CreateItem", properties, content, true).Store(&item, &prompt)
			return unprompted(prompt, err)
		})
	})
}

// secretService is a session with the keyring, on a connection of its own: the
// end of the context closes that, and so ends whatever waits.
type secretService struct {
	conn    *dbus.Conn
	session dbus.ObjectPath
}

// withSecrets runs do in a session. The secrets pass in clear over the user's
// own bus, a socket that nobody else can open.
func withSecrets(ctx context.Context, do func(*secretService) error) error {
	conn, err := connectBus(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	s := &secretService{conn: conn}
	var output dbus.Variant
	err = s.call(ctx, secretsPath, "Service.OpenSession", "plain", dbus.MakeVariant("")).Store(&output, &s.session)
	if err == nil {
		err = do(s)
	}
	if e, ok := errors.AsType[dbus.Error](err); ok {
		switch {
		case strings.HasPrefix(e.Name, "org.freedesktop.DBus.Error.Spawn."), e.Name == "org.freedesktop.DBus.Error.ServiceUnknown":
			return fmt.Errorf("%w: %w", errNoKeyring, err)
		case e.Name == secrets+"Error.IsLocked":
			return fmt.Errorf("%w: %w", errKeyringLocked, err)
		}
	}
	return err
}

// connectBus connects to the bus of the user's session. It does not start one.
func connectBus(ctx context.Context) (*dbus.Conn, error) {
	address := os.Getenv("DBUS_SESSION_BUS_ADDRESS")
	if address == "" {
		address = fmt.Sprintf("unix:path=/run/user/%d/bus", os.Getuid())
	}
	socket := busSocket(address)
	if socket == "" {
		return nil, fmt.Errorf("%w: DBUS_SESSION_BUS_ADDRESS names no socket", errNoKeyring)
	}
	var dialer net.Dialer
	raw, err := dialer.DialContext(ctx, "unix", socket)
	if err != nil {
		if ctx.Err() != nil {
			return nil, err
		}
		return nil, fmt.Errorf("%w: %w", errNoKeyring, err)
	}
	conn, err := dbus.NewConn(raw, dbus.WithContext(ctx))
	if err != nil {
		return nil, errors.Join(err, raw.Close())
	}
	if err = conn.Auth(nil); err == nil {
		err = conn.Hello()
	}
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

// busSocket returns the first unix socket in a list of D-Bus addresses, as in
// unix:path=/run/user/1000/bus,guid=1a2b;tcp:host=localhost.
func busSocket(addresses string) string {
	for address := range strings.SplitSeq(addresses, ";") {
		options, ok := strings.CutPrefix(address, "unix:")
		if !ok {
			continue
		}
		for option := range strings.SplitSeq(options, ",") {
			key, value, _ := strings.Cut(option, "=")
			value, err := dbus.UnescapeBusAddressValue(value)
			switch {
			case err != nil:
			case key == "path":
				return value
			case key == "abstract":
				return "@" + value
			}
		}
	}
	return ""
}

func (s *secretService) call(ctx context.Context, path dbus.ObjectPath, method string, args ...any) *dbus.Call {
	return s.conn.Object(secretsName, path).CallWithContext(ctx, secrets+method, 0, args...)
}

// collection returns the keyring that new entries go to.
func (s *secretService) collection(ctx context.Context) (dbus.ObjectPath, error) {
	var path dbus.ObjectPath
	err := s.call(ctx, secretsPath, "Service.ReadAlias", "default").Store(&path)
	if err == nil && path == noObject {
		err = fmt.Errorf("%w: the desktop has no default keyring", errNoKeyring)
	}
	return path, err
}

// find returns the entry of a name, unlocked.
func (s *secretService) find(ctx context.Context, name string) (dbus.ObjectPath, error) {
	var unlocked, locked []dbus.ObjectPath
	err := s.call(ctx, secretsPath, "Service.SearchItems", keyringAttributes(name)).Store(&unlocked, &locked)
	switch {
	case err != nil:
		return "", err
	case len(unlocked) > 0:
		return unlocked[0], nil
	case len(locked) > 0:
		return locked[0], s.unlock(ctx, locked[0])
	}
	// Some keyrings do not look into what is locked.
	collection, err := s.collection(ctx)
	if err == nil {
		err = s.unlock(ctx, collection)
	}
	if err == nil {
		err = errNoEntry
	}
	return "", err
}

// unlock makes sure that a keyring or an entry is open. It asks nobody for a
// password: a question would outlive the time that there is for the answer.
func (s *secretService) unlock(ctx context.Context, path dbus.ObjectPath) error {
	var unlocked []dbus.ObjectPath
	var prompt dbus.ObjectPath
	err := s.call(ctx, secretsPath, "Service.Unlock", []dbus.ObjectPath{path}).Store(&unlocked, &prompt)
	return unprompted(prompt, err)
}

// unprompted says what it means when the keyring wants to ask its owner first.
func unprompted(prompt dbus.ObjectPath, err error) error {
	if err == nil && prompt != noObject {
		return errKeyringLocked
	}
	return err
}
