package store

import (
	"encoding/binary"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// dataKey encrypts what is in the database. It is safe for concurrent use.
//
// What is sealed carries the id of its key. While a rotation is under way, what
// the key before sealed opens too.
type dataKey struct {
	id       uint32 // of the key that seals
	previous uint32 // of the one that opens as well; 0: none
	aead     tink.AEAD
}

// newKeyset makes a keyset of one random key, AES-256-GCM.
func newKeyset() (*keyset.Handle, error) { return keyset.NewHandle(aead.AES256GCMKeyTemplate()) }

// dataKeyOf takes from a keyset the key that seals and, unless it is 0, the
// one before.
func dataKeyOf(handle *keyset.Handle, id, previous uint32) (*dataKey, error) {
	chosen, err := choose(handle, id, previous)
	if err != nil {
		return nil, err
	}
	a, err := aead.New(chosen)
	if err != nil {
		return nil, err
	}
	return &dataKey{id: id, previous: previous, aead: a}, nil
}

// choose returns a keyset of the key that seals and, unless it is 0, the one
// before. All others do not count: they are of other databases or of former
// times.
func choose(handle *keyset.Handle, id, previous uint32) (*keyset.Handle, error) {
	manager := keyset.NewManagerFromHandle(handle)
	if err := manager.SetPrimary(id); err != nil {
		return nil, err
	}
	for i := range handle.Len() {
		entry, err := handle.Entry(i)
		if err != nil {
			return nil, err
		}
		if other := entry.KeyID(); other != id && other != previous {
			if err := manager.Delete(other); err != nil {
				return nil, err
			}
		}
	}
	return manager.Handle()
}

// seal encrypts the value at a row and column, 33 bytes longer than it was.
func (k *dataKey) seal(plain []byte, table, column, row string) ([]byte, error) {
	return k.aead.Encrypt(plain, place(table, column, row))
}

// open decrypts what was sealed for the same place, and nothing else.
func (k *dataKey) open(sealed []byte, table, column, row string) ([]byte, error) {
	return k.aead.Decrypt(sealed, place(table, column, row))
}

// mark is what everything sealed with the key begins with: one byte 1 and the
// id. developers.google.com/tink/wire-format, read 2026-11-24.
func (k *dataKey) mark() []byte { return binary.BigEndian.AppendUint32([]byte{1}, k.id) }

// place is the associated data. A table's and a column's name contain no
// zero byte, so that no two places are the same.
func place(table, column, row string) []byte {
	return []byte(table + "\x00" + column + "\x00" + row)
}

// addKey returns a keyset with one more random key, and that one's id. The
// primary key stays, because other databases may be encrypted with it.
func addKey(handle *keyset.Handle) (*keyset.Handle, uint32, error) {
	manager := keyset.NewManagerFromHandle(handle)
	id, err := manager.Add(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, 0, fmt.Errorf("a new key: %w", err)
	}
	more, err := manager.Handle()
	return more, id, err
}

// merge returns a keyset with the keys of another added, but for those whose id
// it has already. The primary key stays.
func merge(into, from *keyset.Handle) (*keyset.Handle, error) {
	manager, there := keyset.NewManagerFromHandle(into), map[uint32]bool{}
	for i := range into.Len() {
		entry, err := into.Entry(i)
		if err != nil {
			return nil, err
		}
		there[entry.KeyID()] = true
	}
	for i := range from.Len() {
		entry, err := from.Entry(i)
		if err != nil {
			return nil, err
		}
		if there[entry.KeyID()] {
			continue
		}
		if _, err := manager.AddKey(entry.Key()); err != nil { // keeps its id
			return nil, err
		}
	}
	return manager.Handle()
}
