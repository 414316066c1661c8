package store

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"

	"github.com/linkstep/linkstep/plugin"
)

// maxKeyFile is far above what a keyset of many keys takes, in bytes.
const maxKeyFile = 1 << 20

// readKeyFile reads the key of the database at path. The file is a Tink
// keyset in JSON, in clear.
func readKeyFile(file, path string) (*dataKey, error) {
	text, err := readLimited(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, keyError(err, "the key file %s of the database %s is missing", file, path)
	case err != nil:
		return nil, keyError(err, "the key file %s cannot be read", file)
	}
	handle, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(text)))
	if err == nil {
		var key *dataKey
		if key, err = dataKeyOf(handle); err == nil {
			return key, nil
		}
	}
	// What the parser says may quote the file: it goes nowhere.
	return nil, keyError(nil, "the key file %s is damaged, or not a key file", file)
}

// makeKeyFile makes a key file, unless there is one.
func makeKeyFile(file string) error {
	if _, err := os.Lstat(file); err == nil {
		return nil
	}
	if err := makeFolder(filepath.Dir(file), "LINKSTEP_KEY_FILE"); err != nil {
		return err
	}
	handle, err := newKeyset()
	if err != nil {
		return err
	}
	var text bytes.Buffer
	if err := insecurecleartextkeyset.Write(handle, keyset.NewJSONWriter(&text)); err != nil {
		return err
	}
	sweep(file, passingLife)
	err = publish(file, func(temp string) error { return writeSynced(temp, text.Bytes()) })
	if err != nil {
		message, _ := wording("the key file "+file, err)
		return &plugin.Error{Kind: plugin.StoreUnavailable, Source: plugin.SourceHost, Detail: err.Error(), Err: err,
			Message: message, Hint: "Set LINKSTEP_KEY_FILE to a place that you can write to."}
	}
	return nil
}

// keyError is about a key file that does not open a database that exists.
func keyError(cause error, format string, args ...any) error {
	e := &plugin.Error{Kind: plugin.StoreUnavailable, Source: plugin.SourceHost, Err: cause, Message: fmt.Sprintf(format, args...),
		Hint: "Restore the key file, or set LINKSTEP_KEY_FILE to where it is. If it is lost, move the database away and connect the accounts again."}
	if cause != nil {
		e.Detail = cause.Error()
	}
	return e
}

// readLimited reads a file of at most maxKeyFile bytes.
func readLimited(file string) ([]byte, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxKeyFile {
		return nil, fmt.Errorf("%s is not a file of at most %d bytes", file, maxKeyFile)
	}
	return os.ReadFile(file)
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
