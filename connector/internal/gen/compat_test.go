package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/linkstep/linkstep/plugin/compat"
)

// TestNothingBreaks compares the connector with the versions before it of the
// same major version, which are kept below testdata/compat. What breaks needs
// a new major version.
func TestNothingBreaks(t *testing.T) {
	now := describeConnector(t)
	atRoot(t)
	major, _, _ := strings.Cut(now.Version, ".")
	folders, err := filepath.Glob("testdata/compat/" + major + ".*")
	if err != nil || len(folders) == 0 {
		t.Fatalf("there is no earlier version %s.* below testdata/compat: %v", major, err)
	}
	for _, folder := range folders {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			old, err := compat.Load(folder)
			if err != nil {
				t.Fatal(err)
			}
			if want := filepath.Base(folder); old.Version != want {
				t.Errorf("the manifest is of version %s, want %s", old.Version, want)
			}
			for _, c := range compat.Compare(old, now) {
				if c.Breaking {
					t.Error(c)
				}
			}
		})
	}
}

// TestTheManifestTellsAsMuch compares the files of today with the connector:
// a difference would be of the loader or of the files.
func TestTheManifestTellsAsMuch(t *testing.T) {
	now := describeConnector(t)
	atRoot(t)
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	files, err := compat.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if changes := compat.Compare(files, now); len(changes) > 0 {
		t.Errorf("from the files to the connector: %v", changes)
	}
}
