package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/linkstep/linkstep/plugin"
)

// DefaultDir returns the folder of the database when LINKSTEP_HOME is not set:
// $XDG_DATA_HOME/linkstep, by default ~/.local/share/linkstep, on macOS
// ~/Library/Application Support/linkstep. It makes nothing. Without a home
// folder the error is StoreUnavailable.
func DefaultDir() (string, error) {
	if runtime.GOOS == "darwin" {
		return inHome("", "Library/Application Support", "LINKSTEP_HOME")
	}
	return inHome("XDG_DATA_HOME", ".local/share", "LINKSTEP_HOME")
}

// DefaultKeyFile returns the key file of a new database when LINKSTEP_KEY_FILE
// is not set: $XDG_CONFIG_HOME/linkstep/key.json, by default
// ~/.config/linkstep/key.json. That holds on macOS too, where the user's
// config folder is the one that the database lies in. It makes nothing.
// Without a home folder the error is StoreUnavailable.
func DefaultKeyFile() (string, error) {
	dir, err := inHome("XDG_CONFIG_HOME", ".config", "LINKSTEP_KEY_FILE")
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "key.json"), nil
}

// inHome returns the folder linkstep under the one that the variable xdg
// names, or under sub in the home folder. A relative path in the variable is
// ignored, as the XDG base directory specification wants.
func inHome(xdg, sub, wayOut string) (string, error) {
	if dir := os.Getenv(xdg); xdg != "" && filepath.IsAbs(dir) {
		return filepath.Join(dir, "linkstep"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil || !filepath.IsAbs(home) {
		return "", &plugin.Error{Kind: plugin.StoreUnavailable, Source: plugin.SourceHost, Err: err,
			Message: "there is no home folder to keep things in: HOME is not set to an absolute path",
			Hint:    "Set " + wayOut + ", or HOME."}
	}
	return filepath.Join(home, sub, "linkstep"), nil
}

// makeFolder makes a folder that only its owner can read, with its parents.
// One that exists stays as it is.
func makeFolder(dir, wayOut string) error {
	err := os.MkdirAll(dir, 0o700)
	if err == nil {
		return nil
	}
	message := "the folder " + dir + " cannot be made"
	if info, statErr := os.Stat(dir); statErr == nil && !info.IsDir() {
		message = dir + " is a file, where a folder is needed"
	} else if errors.Is(err, fs.ErrPermission) {
		message += ": no permission"
	}
	return &plugin.Error{Kind: plugin.StoreUnavailable, Source: plugin.SourceHost, Detail: err.Error(), Err: err,
		Message: message, Hint: "Set " + wayOut + " to a place that you can write to."}
}
