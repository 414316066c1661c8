package compat_test

import (
	"testing"

	"github.com/linkstep/linkstep/plugin/compat"
)

func TestVersions(t *testing.T) {
	tests := []struct {
		old, now string
		may      bool
		next     string // after old
		why      string
	}{
		{"1.2.3", "1.3.0", false, "2.0.0", "a minor version adds"},
		{"1.2.3", "2.0.0", true, "2.0.0", "the number says so"},
		{"1.2.3", "2.0.0-rc.1", true, "2.0.0", "on the way there"},
		{"0.2.3", "0.3.0", true, "0.3.0", "semantic versions begin at 1"},
		{"0.2.3", "0.2.4", false, "0.3.0", "a patch is no place for it"},
		{"0.2.3", "1.0.0", true, "0.3.0", "the first one"},
		{"2.0.0", "1.9.0", false, "3.0.0", "going back breaks as well"},
		{"1.0.0", "newest", false, "2.0.0", "nothing says that it may"},
		{"", "2.0.0", false, "", "a folder of schemas has no number"},
		{"-1.0.0", "1.0.0", false, "", "no version has a sign"},
	}
	for _, tt := range tests {
		if may, next := compat.MayBreak(tt.old, tt.now), compat.NextToBreak(tt.old); may != tt.may || next != tt.next {
			t.Errorf("from %q to %q: may break %t and next %q, want %t and %q: %s", tt.old, tt.now, may, next, tt.may, tt.next, tt.why)
		}
		if tt.next != "" && !compat.MayBreak(tt.old, tt.next) {
			t.Errorf("from %q to its next %q: may not break", tt.old, tt.next)
		}
	}
}
