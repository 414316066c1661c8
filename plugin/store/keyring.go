package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"

	"github.com/linkstep/linkstep/plugin"
)

const (
	keyringService = "linkstep"      // what all entries in the keyring are of
	keyringTime    = 3 * time.Second // for one call: a keyring answers at once, or someone has to do something
)

// What a keyring answers instead of a secret.
var (
	errNoKeyring     = errors.New("no keyring can be reached")
	errKeyringLocked = errors.New("the keyring is locked")
	errKeyringSilent = errors.New("the keyring does not answer")
	errNoEntry       = errors.New("no such entry in the keyring")
)

// keyringKeys is a source of keys: the keyring of the user's desktop. Each key
// has an entry of its own, a keyset in JSON as in a key file, so that two
// processes that add keys cannot undo each other's work.
type keyringKeys struct {
	name     string // what the names of the entries begin with, random
	database string // whose keys they are, for messages
}

var _ keySource = (*keyringKeys)(nil)

func (k *keyringKeys) place() KeyPlace { return KeyPlace{Source: fromKeyring, Name: k.name} }

func (k *keyringKeys) entry(id uint32) string { return fmt.Sprintf("%s/%d", k.name, id) }

func (k *keyringKeys) read(ctx context.Context, ids ...uint32) (all *keyset.Handle, err error) {
	for _, id := range ids {
		if id == 0 {
			continue
		}
		text, err := keyringGet(ctx, k.entry(id))
		if err != nil {
			return nil, k.fault(id, err, elseNamed)
		}
		handle, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(strings.NewReader(text)))
		if err == nil && all != nil {
			handle, err = merge(all, handle)
		}
		if err != nil {
			// What the parser says may quote the secret: it goes nowhere.
			return nil, keyError(nil, "the entry %s %s of the keyring is damaged", keyringService, k.entry(id))
		}
		all = handle
	}
	return all, nil
}

func (k *keyringKeys) extend(ctx context.Context) (uint32, error) {
	handle, err := newKeyset()
	if err != nil {
		return 0, err
	}
	primary, err := handle.Primary()
	if err != nil {
		return 0, err
	}
	return primary.KeyID(), k.keep(ctx, handle)
}

func (k *keyringKeys) keep(ctx context.Context, handle *keyset.Handle) error {
	for i := range handle.Len() {
		entry, err := handle.Entry(i)
		if err != nil {
			return err
		}
		id := entry.KeyID()
		one, err := choose(handle, id, 0)
		if err != nil {
			return err
		}
		var text bytes.Buffer
		if err := insecurecleartextkeyset.Write(one, keyset.NewJSONWriter(&text)); err != nil {
			return err
		}
		label := fmt.Sprintf("Linkstep key %d of %s", id, k.database)
		if err := keyringSet(ctx, k.entry(id), label, text.String()); err != nil {
			return k.fault(id, err, elseFile)
		}
	}
	return nil
}

// What else there is when a keyring does not give or take a key.
const (
	elseNamed = "or set LINKSTEP_KEY_FILE to a file with the key."
	elseFile  = "or keep the key in a file."
)

// fault words what went wrong with the entry of a key.
func (k *keyringKeys) fault(id uint32, err error, otherwise string) error {
	e := &plugin.Error{Kind: plugin.StoreUnavailable, Source: plugin.SourceHost, Detail: err.Error(), Err: err}
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err // the caller's: a keyring that is late is errKeyringSilent
	case errors.Is(err, errNoEntry):
		return keyError(err, "the key %d of the database %s is not in the keyring: there is no entry %s %s", id, k.database, keyringService, k.entry(id))
	case errors.Is(err, errNoKeyring):
		e.Message, e.Hint = "there is no keyring here for the key of "+k.database+": it takes a desktop that the user is logged in to",
			"Run this in the desktop session, "+otherwise
	case errors.Is(err, errKeyringLocked):
		e.Message, e.Hint = "the keyring with the key of "+k.database+" is locked",
			"Unlock it, by logging in to the desktop or with its password manager, and run this again, "+otherwise
	case errors.Is(err, errKeyringSilent):
		e.Message, e.Hint = fmt.Sprintf("the keyring with the key of %s has not answered for %v", k.database, keyringTime),
			"See whether the desktop waits for a password, and run this again, "+otherwise
	default:
		e.Message, e.Hint = "the keyring refuses the key of "+k.database, "Look at the detail, "+otherwise
	}
	return e
}

// inKeyringTime runs one call to the keyring, which ends with its context.
func inKeyringTime(caller context.Context, call func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(caller, keyringTime)
	defer cancel()
	err := call(ctx)
	known := []error{errNoKeyring, errKeyringLocked, errNoEntry}
	switch {
	case err == nil, slices.ContainsFunc(known, func(k error) bool { return errors.Is(err, k) }):
		return err
	case caller.Err() != nil:
		return caller.Err()
	case ctx.Err() != nil:
		return fmt.Errorf("%w: %v", errKeyringSilent, err)
	}
	return err
}
