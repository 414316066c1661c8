package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/url"
	"os"
	"slices"

	"github.com/linkstep/linkstep/connector/sandbox"
)

// readyFile is a file of settings that a sandbox has written.
type readyFile struct {
	path    string
	content []byte
}

// checkReadyFile refuses a path where anything stands but the ready file of a
// sandbox: it might be the only copy of somebody's client secret.
func checkReadyFile(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return settingsError(path, "cannot be written", "Name another --ready-file.", err)
	case info.Mode().IsRegular() && (info.Size() == 0 || ofSandbox(path)):
		return nil
	}
	return settingsError(path, "is there already, and no sandbox has written it; it is left as it is", "Name another --ready-file.", nil)
}

// ofSandbox reports whether a file holds the settings of a sandbox's client.
func ofSandbox(path string) bool {
	doc, err := readBounded(path)
	if err != nil {
		return false
	}
	var s sandbox.Settings
	if json.Unmarshal(doc, &s) != nil {
		return false
	}
	u, err := url.Parse(s.APIURL)
	shipped := slices.ContainsFunc(sandbox.ShippedClients(), func(c sandbox.Client) bool { return c.ID == s.ClientID && c.Secret == s.ClientSecret })
	return err == nil && isLoopback(u.Hostname()) && shipped
}

// readBounded reads the beginning of a file, more than a ready file has.
func readBounded(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, settingsMax))
}

// writeReadyFile writes the settings, whole or not at all.
func writeReadyFile(path string, s any) (*readyFile, error) {
	doc, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return nil, err
	}
	doc = append(doc, '\n')
	if err := writePrivate(path, doc); err != nil {
		return nil, settingsError(path, "cannot be written", "Name another --ready-file.", err)
	}
	return &readyFile{path, doc}, nil
}

// remove removes the file, unless something else stands there by now.
func (r *readyFile) remove() {
	if doc, err := readBounded(r.path); err == nil && bytes.Equal(doc, r.content) {
		_ = os.Remove(r.path)
	}
}
