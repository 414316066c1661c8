package store

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/linkstep/linkstep/plugin"
)

// maxName is the longest key in bytes. PostgreSQL indexes at most 2,704.
const maxName = 1024

// lastRune is a noncharacter that no key contains, so that all keys with a
// prefix lie between the prefix and the prefix followed by it.
const lastRune = "\U0010FFFF"

// prefixEnd returns the first string after all keys with a prefix.
func prefixEnd(prefix string) string { return prefix + lastRune }

// checkKey refuses what is not a key: empty, over 1,024 bytes, or text that
// PostgreSQL would not take.
func checkKey(what, key string) error {
	if key == "" {
		return misuse("%s is empty", what)
	}
	return checkPrefix(what, key)
}

// checkPrefix is checkKey, but for an empty one.
func checkPrefix(what, prefix string) error {
	switch {
	case len(prefix) > maxName:
		return misuse("%s is %d bytes long, at most %d are allowed", what, len(prefix), maxName)
	case !utf8.ValidString(prefix) || strings.ContainsAny(prefix, "\x00"+lastRune):
		return misuse("%s %q is not plain text", what, prefix)
	}
	return nil
}

// misuse is a request that the one who wrote it cannot have meant.
func misuse(format string, args ...any) error {
	return &plugin.Error{Kind: plugin.Internal, Source: plugin.SourceConnector,
		Message: "the store was asked for something impossible: " + fmt.Sprintf(format, args...),
		Hint:    "This is a defect of whoever asked. Report it with the message."}
}
