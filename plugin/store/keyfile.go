package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"

	"github.com/linkstep/linkstep/plugin"
)

// maxKeyFile is far above what a keyset of many keys takes, in bytes.
const maxKeyFile = 1 << 20

// keyFile is a source of keys: a Tink keyset in JSON, in clear.
type keyFile struct {
	path     string
	database string // whose key it is, for messages
}

func (k *keyFile) place() KeyPlace { return KeyPlace{Source: fromFile, Name: k.path} }

func (k *keyFile) read(context.Context, ...uint32) (*keyset.Handle, error) {
	text, err := readLimited(k.path)
	switch {
	case errors.Is(err, errOpenToOthers):
		e := keyError(err, "the key file %s can be read or changed by others", k.path)
		e.Hint = "Run: chmod 600 " + k.path
		return nil, e
	case errors.Is(err, fs.ErrNotExist):
		return nil, keyError(err, "the key file %s of the database %s is missing", k.path, k.database)
	case err != nil:
		return nil, keyError(err, "the key file %s cannot be read", k.path)
	}
	handle, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(text)))
	if err != nil {
		// What the parser says may quote the file: it goes nowhere.
		return nil, keyError(nil, "the key file %s is damaged, or not a key file", k.path)
	}
	return handle, nil
}

// extend adds a random key to the file.
func (k *keyFile) extend(ctx context.Context) (id uint32, err error) {
	err = k.change(ctx, func(old *keyset.Handle) (more *keyset.Handle, err error) {
		more, id, err = addKey(old)
		return more, err
	})
	return id, err
}

// keep adds the keys of a keyset to the file, and makes it where there is none.
func (k *keyFile) keep(ctx context.Context, handle *keyset.Handle) error {
	if err := publishKeyFile(k.path, func() (*keyset.Handle, error) { return handle, nil }); err != nil {
		return err
	}
	return k.change(ctx, func(old *keyset.Handle) (*keyset.Handle, error) { return merge(old, handle) })
}

// change writes the file anew. Other processes read the old file or the new
// one, nothing in between; of several that change it, none loses what the other
// has added.
func (k *keyFile) change(ctx context.Context, do func(old *keyset.Handle) (*keyset.Handle, error)) error {
	err := k.changeLocked(ctx, do)
	var known *plugin.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	message, _ := wording("the key file "+k.path, err)
	return &plugin.Error{Kind: plugin.StoreUnavailable, Source: plugin.SourceHost, Detail: err.Error(), Err: err, Message: message,
		Hint: "A new key is written to the folder of the key file. Make it writable, or rotate where it is."}
}

func (k *keyFile) changeLocked(ctx context.Context, do func(old *keyset.Handle) (*keyset.Handle, error)) error {
	path, err := filepath.EvalSymlinks(k.path)
	if err != nil {
		return err
	}
	unlock, err := lockFile(path + ".lock")
	if err != nil {
		return err
	}
	defer unlock()
	old, err := k.read(ctx)
	if err != nil {
		return err
	}
	changed, err := do(old)
	if err != nil {
		return err
	}
	sweep(path, passingLife)
	return replace(path, func(temp string) error { return writeKeyset(temp, changed) })
}

// writeKeyset makes a key file.
func writeKeyset(path string, handle *keyset.Handle) error {
	var text bytes.Buffer
	if err := insecurecleartextkeyset.Write(handle, keyset.NewJSONWriter(&text)); err != nil {
		return err
	}
	return writeSynced(path, text.Bytes())
}

// makeKeyFile makes a key file with a random key, unless there is one.
func makeKeyFile(file string) error { return publishKeyFile(file, newKeyset) }

// publishKeyFile makes a key file, unless there is one.
func publishKeyFile(file string, keys func() (*keyset.Handle, error)) error {
	if _, err := os.Lstat(file); err == nil {
		return nil
	}
	if err := makeFolder(filepath.Dir(file), "LINKSTEP_KEY_FILE"); err != nil {
		return err
	}
	handle, err := keys()
	if err != nil {
		return err
	}
	sweep(file, passingLife)
	err = publish(file, func(temp string) error { return writeKeyset(temp, handle) })
	if err != nil {
		message, _ := wording("the key file "+file, err)
		return &plugin.Error{Kind: plugin.StoreUnavailable, Source: plugin.SourceHost, Detail: err.Error(), Err: err,
			Message: message, Hint: "Set LINKSTEP_KEY_FILE to a place that you can write to."}
	}
	return nil
}

// keyError is about a key that does not open a database that exists.
func keyError(cause error, format string, args ...any) *plugin.Error {
	e := &plugin.Error{Kind: plugin.StoreUnavailable, Source: plugin.SourceHost, Err: cause, Message: fmt.Sprintf(format, args...),
		Hint: "Restore the key, or set LINKSTEP_KEY_FILE to a file with it. If it is lost, move the database away and connect the accounts again."}
	if cause != nil {
		e.Detail = cause.Error()
	}
	return e
}

// errOpenToOthers is about a key file that is not the owner's alone.
var errOpenToOthers = errors.New("its mode lets others in")

// readLimited reads a file of at most maxKeyFile bytes that is private.
func readLimited(file string) ([]byte, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxKeyFile {
		return nil, fmt.Errorf("%s is not a file of at most %d bytes", file, maxKeyFile)
	}
	if !private(info) {
		return nil, errOpenToOthers
	}
	return os.ReadFile(file)
}

// private reports whether only the owner can use a file. One that the system
// lends to a group, as it does with the secrets of containers, may be read by it:
// it belongs to root, and not to us, who could set its mode.
func private(info fs.FileInfo) bool {
	mode := info.Mode().Perm()
	if owner, ok := info.Sys().(*syscall.Stat_t); ok && owner.Uid == 0 && os.Getuid() != 0 {
		return mode&0o027 == 0
	}
	return mode&0o077 == 0
}

// writeSynced makes a file that only its owner reads, and has it on disk.
func writeSynced(file string, text []byte) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Sync(), f.Close())
}
