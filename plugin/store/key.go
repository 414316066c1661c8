package store

import (
	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// dataKey encrypts what is in the database. It is safe for concurrent use.
//
// It is a keyset: what is sealed carries the id of its key, so that a keyset
// with a newer key opens what an older one sealed.
type dataKey struct {
	id   uint32 // of the key that seals
	aead tink.AEAD
}

// newKeyset makes a keyset of one random key, AES-256-GCM.
func newKeyset() (*keyset.Handle, error) { return keyset.NewHandle(aead.AES256GCMKeyTemplate()) }

// newDataKey returns a key that is kept nowhere.
func newDataKey() (*dataKey, error) {
	handle, err := newKeyset()
	if err != nil {
		return nil, err
	}
	return dataKeyOf(handle)
}

// dataKeyOf makes a keyset usable.
func dataKeyOf(handle *keyset.Handle) (*dataKey, error) {
	primary, err := handle.Primary()
	if err != nil {
		return nil, err
	}
	a, err := aead.New(handle)
	if err != nil {
		return nil, err
	}
	return &dataKey{id: primary.KeyID(), aead: a}, nil
}

// seal encrypts the value at a row and column, 33 bytes longer than it was.
func (k *dataKey) seal(plain []byte, table, column, row string) ([]byte, error) {
	return k.aead.Encrypt(plain, place(table, column, row))
}

// open decrypts what was sealed for the same place, and nothing else.
func (k *dataKey) open(sealed []byte, table, column, row string) ([]byte, error) {
	return k.aead.Decrypt(sealed, place(table, column, row))
}

// place is the associated data. A table's and a column's name contain no
// zero byte, so that no two places are the same.
func place(table, column, row string) []byte {
	return []byte(table + "\x00" + column + "\x00" + row)
}
