package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/linkstep/linkstep/plugin"
)

// Files returns the schemas of a description as files, by their names:
// config.json, and for each action <action>.input.json and
// <action>.output.json.
func Files(d *plugin.Description) map[string][]byte {
	files := map[string][]byte{"config.json": plugin.SchemaText(d.ConfigSchema)}
	for i := range d.Actions {
		a := &d.Actions[i]
		files[a.Name+".input.json"] = plugin.SchemaText(a.Input)
		files[a.Name+".output.json"] = plugin.SchemaText(a.Output)
	}
	return files
}

// Write writes the schemas of a description into a folder, which it makes if
// need be. Other files there stay.
func Write(dir string, d *plugin.Description) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	files := Files(d)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := os.WriteFile(filepath.Join(dir, name), files[name], 0o644); err != nil {
			return err
		}
	}
	return nil
}

// Fresh fails when [Write] would change a file in the folder: a test calls it,
// so that nobody forgets go generate.
func Fresh(dir string, d *plugin.Description) error {
	var stale []error
	files := Files(d)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		onDisk, err := os.ReadFile(filepath.Join(dir, name))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			stale = append(stale, fmt.Errorf("%s is missing; run go generate", name))
		case err != nil:
			stale = append(stale, err)
		case !bytes.Equal(onDisk, files[name]):
			stale = append(stale, fmt.Errorf("%s is not what the Go types say; run go generate", name))
		}
	}
	return errors.Join(stale...)
}

// Text is JSON in lines, with the characters <, > and & as they are: the form
// of generated files.
func Text(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
