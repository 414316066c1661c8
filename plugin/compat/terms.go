package compat

import (
	"fmt"
	"math/big"

	"github.com/linkstep/linkstep/plugin"
)

// compareAuth compares how connections are authorized. Steps name a
// connection or they do not: the host refuses one where none is needed, as it
// refuses none where one is.
func compareAuth(at place, old, now *plugin.Auth) {
	switch {
	case old == nil && now == nil:
		return
	case old == nil:
		at.add(true, "it needs a connection now")
		return
	case now == nil:
		at.add(true, "it needs no connection any more, and steps that name one are refused")
		return
	}
	if old.Type != now.Type {
		at.add(true, "its connections were authorized by %s and are by %s", old.Type, now.Type)
	}
	if old.AuthorizationURL != now.AuthorizationURL {
		at.add(false, "its authorization URL was %s and is %s", old.AuthorizationURL, now.AuthorizationURL)
	}
	if old.TokenURL != now.TokenURL {
		at.add(false, "its token URL was %s and is %s", old.TokenURL, now.TokenURL)
	}
}

// comparePaging compares how an action gives its items. A manifest like that of
// testdata/compat/0.1.0 does not say which actions page; their inputs do.
func comparePaging(at place, old, now *plugin.ActionSpec) {
	a, b := old.Paging, now.Paging
	switch {
	case a == nil:
		if input, err := parse(old.Input); b != nil && err == nil && !describes(input, "cursor") {
			at.add(false, "it gives its %s in pages now", b.Field)
		}
		return
	case b == nil:
		at.add(true, "it gave its %s in pages and does not any more", a.Field)
		return
	}
	if a.Field != b.Field {
		at.add(true, "its pages were of %s and are of %s", a.Field, b.Field)
	}
	if a.MaxPageSize != b.MaxPageSize {
		at.add(asked(old, b.MaxPageSize), "its largest page was of %d items and is of %d", a.MaxPageSize, b.MaxPageSize)
	}
}

// describes reports whether a schema has a property of that name.
func describes(n node, name string) bool {
	properties, _ := n["properties"].(map[string]any)
	return has(properties, name)
}

// asked reports whether a request that fitted an action may have asked for
// pages of more than most items. Its page_size may always have been narrower
// than what the action said of itself.
func asked(spec *plugin.ActionSpec, most int) bool {
	if spec.Paging.MaxPageSize <= most {
		return false
	}
	input, err := parse(spec.Input)
	if err != nil {
		return true
	}
	properties, _ := input["properties"].(map[string]any)
	size, ok := properties["page_size"].(map[string]any)
	if !ok {
		return has(properties, "page_size") || input["additionalProperties"] != false
	}
	largest := bound{keyword: "maximum", exclusive: "exclusiveMaximum"}.of(size)
	return largest.at == nil || largest.at.Cmp(big.NewRat(int64(most), 1)) > 0
}

// compareData compares what a caller may do with an output. Who kept it by the
// old terms keeps too much by stricter ones.
func compareData(at place, old, now plugin.Data) {
	if old.Subject != now.Subject {
		at.add(now.Subject != plugin.SubjectNone, "its data was of %s and is of %s", old.Subject, now.Subject)
	}
	if old.MayStore != now.MayStore {
		verdict := "its data may be stored now"
		if old.MayStore {
			verdict = "its data may not be stored any more"
		}
		at.add(old.MayStore, "%s", verdict)
	}
	if a, b := old.MaxAgeSeconds, now.MaxAgeSeconds; a != b {
		shorter := b != 0 && (a == 0 || b < a)
		at.add(shorter, "its data could be kept %s and can be %s", kept(a), kept(b))
	}
	if old.Source != now.Source {
		at.add(false, "the source of its data was %q and is %q", old.Source, now.Source)
	}
}

// kept is a span of time in words.
func kept(seconds int64) string {
	if seconds == 0 {
		return "without limit"
	}
	return fmt.Sprintf("%d seconds", seconds)
}
