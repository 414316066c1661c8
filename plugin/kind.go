package plugin

import (
	"encoding/json"
	"fmt"
)

// Kind decides what a caller does about an error. Its words, as [Kind.String]
// gives them, are part of the contract.
type Kind int

// The kinds, a closed set. Unknown, zero, is a bug to classify. New kinds are
// appended at the end.
const (
	Unknown Kind = iota
	InvalidInput
	InvalidConfig
	Reauthorize
	Forbidden
	NotFound
	Conflict
	QuotaExhausted
	RateLimited
	Unavailable
	Timeout
	VersionRetired
	BadUpstream
	Canceled
	Deadline
	PluginCrashed
	PluginUnresponsive
	PluginStart
	PluginIncompatible
	PluginTampered
	TooLarge
	StoreUnavailable
	Internal
	UnknownName
)

var kindWords = [...]string{
	Unknown:            "unknown",
	InvalidInput:       "invalid_input",
	InvalidConfig:      "invalid_config",
	Reauthorize:        "reauthorize",
	Forbidden:          "forbidden",
	NotFound:           "not_found",
	Conflict:           "conflict",
	QuotaExhausted:     "quota_exhausted",
	RateLimited:        "rate_limited",
	Unavailable:        "unavailable",
	Timeout:            "timeout",
	VersionRetired:     "version_retired",
	BadUpstream:        "bad_upstream",
	Canceled:           "canceled",
	Deadline:           "deadline",
	PluginCrashed:      "plugin_crashed",
	PluginUnresponsive: "plugin_unresponsive",
	PluginStart:        "plugin_start",
	PluginIncompatible: "plugin_incompatible",
	PluginTampered:     "plugin_tampered",
	TooLarge:           "too_large",
	StoreUnavailable:   "store_unavailable",
	Internal:           "internal",
	UnknownName:        "unknown_name",
}

// Kinds returns all kinds but Unknown, in order.
func Kinds() []Kind {
	kinds := make([]Kind, 0, len(kindWords)-1)
	for k := InvalidInput; int(k) < len(kindWords); k++ {
		kinds = append(kinds, k)
	}
	return kinds
}

// String returns the kind's word, "unknown" for a number that is none.
func (k Kind) String() string {
	if k < 0 || int(k) >= len(kindWords) {
		return kindWords[Unknown]
	}
	return kindWords[k]
}

// MarshalText writes the kind's word.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads a kind's word. A word that is none is an error.
func (k *Kind) UnmarshalText(text []byte) error {
	for i, word := range kindWords {
		if word == string(text) {
			*k = Kind(i)
			return nil
		}
	}
	return fmt.Errorf("no such error kind: %q", text)
}

// KindList is the error kinds of an action. Words of a newer contract are left
// out when it is read: a host that does not know them plans without them.
type KindList []Kind

// UnmarshalJSON reads a list of words.
func (l *KindList) UnmarshalJSON(text []byte) error {
	var words []string
	if err := json.Unmarshal(text, &words); err != nil {
		return err
	}
	list := make(KindList, 0, len(words))
	for _, word := range words {
		var k Kind
		if k.UnmarshalText([]byte(word)) == nil {
			list = append(list, k)
		}
	}
	*l = list
	return nil
}
