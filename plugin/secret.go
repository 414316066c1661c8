package plugin

import (
	"fmt"
	"log/slog"
)

// redacted is what a secret says of itself.
const redacted = "REDACTED"

// Secret is a string that no format verb, encoder or log shows. The zero
// value is no secret. It is passed by value and safe for concurrent use.
// Compare what Reveal returns, not secrets themselves.
type Secret struct {
	// A pointer, because package fmt calls no method of an unexported field,
	// nor for %p: it prints what is in the struct, here an address.
	value *string
}

// NewSecret hides a string. An empty one gives the zero Secret.
func NewSecret(value string) Secret {
	if value == "" {
		return Secret{}
	}
	return Secret{&value}
}

// Reveal returns the string. Call it where it goes on the wire or into an
// encrypted store, nowhere else.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// IsZero reports whether there is nothing to hide.
func (s Secret) IsZero() bool { return s.value == nil }

// String says REDACTED, or nothing when the secret is zero.
func (s Secret) String() string {
	if s.IsZero() {
		return ""
	}
	return redacted
}

// GoString is String, for %#v.
func (s Secret) GoString() string { return s.String() }

// Format is String for every verb, so that %d or %x shows nothing either.
func (s Secret) Format(f fmt.State, _ rune) { fmt.Fprint(f, s.String()) }

// MarshalText is String, for JSON and other encoders.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue is String, for package slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
