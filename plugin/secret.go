package plugin

import (
	"fmt"
	"log/slog"
)

// redacted is what a secret says of itself.
const redacted = "REDACTED"

// Secret is a string that no format verb, encoder or log shows. The zero
// value is no secret. It is passed by value and safe for concurrent use.
type Secret struct{ value string }

// NewSecret hides a string.
func NewSecret(value string) Secret { return Secret{value} }

// Reveal returns the string. Call it where it goes on the wire or into an
// encrypted store, nowhere else.
func (s Secret) Reveal() string { return s.value }

// IsZero reports whether there is nothing to hide.
func (s Secret) IsZero() bool { return s.value == "" }

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
