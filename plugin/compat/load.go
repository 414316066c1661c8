package compat

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/linkstep/linkstep/plugin"
)

// Load reads a version of a connector: a folder with manifest.json and the
// schemas that it names, a folder of schemas alone (<action>.input.json,
// <action>.output.json, config.json), or a file with a description as JSON,
// for example what linkstep describe CONNECTOR --json prints. What a manifest
// or a folder does not tell is left empty.
func Load(name string) (*plugin.Description, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		return parseDescription(name, text)
	}
	root, err := os.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	folder := root.FS()
	text, err := fs.ReadFile(folder, "manifest.json")
	if errors.Is(err, fs.ErrNotExist) {
		return schemasAlone(name, folder)
	}
	if err != nil {
		return nil, err
	}
	return fromManifest(name, folder, text)
}

// parseDescription reads a description, bare or as a command's output.
func parseDescription(name string, text []byte) (*plugin.Description, error) {
	var doc struct {
		plugin.Description
		Output *plugin.Description `json:"output"`
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	d := &doc.Description
	if doc.Output != nil {
		d = doc.Output
	}
	if d.Name == "" {
		return nil, fmt.Errorf("%s describes no connector", name)
	}
	return d, nil
}

// fromManifest reads the schemas that a manifest names.
func fromManifest(name string, folder fs.FS, text []byte) (*plugin.Description, error) {
	var m plugin.Manifest
	if err := json.Unmarshal(text, &m); err != nil {
		return nil, fmt.Errorf("%s/manifest.json: %w", name, err)
	}
	meta := &m.Meta.Linkstep
	d := &plugin.Description{
		Name: m.Name, DisplayName: m.DisplayName, Version: m.Version, Summary: m.Description,
		Protocol: meta.Protocol.Max, Capabilities: meta.Capabilities, Auth: meta.Auth, API: meta.API,
	}
	var err error
	if d.ConfigSchema, err = fs.ReadFile(folder, path.Clean(meta.ConfigSchema.Path)); err != nil {
		return nil, err
	}
	for _, a := range meta.Actions {
		spec := plugin.ActionSpec{
			Name: a.Name, Version: a.Version, Effect: a.Effect, Idempotent: a.Idempotent, Keyed: a.Keyed, Access: a.Access, Cost: a.Cost,
			Scopes: a.Scopes, Products: a.Products, Data: a.Data, ErrorKinds: a.ErrorKinds, Paging: a.Paging,
		}
		if spec.Input, err = fs.ReadFile(folder, path.Clean(a.Input.Path)); err != nil {
			return nil, err
		}
		if spec.Output, err = fs.ReadFile(folder, path.Clean(a.Output.Path)); err != nil {
			return nil, err
		}
		d.Actions = append(d.Actions, spec)
	}
	return d, nil
}

// schemasAlone takes the actions from the names of files.
func schemasAlone(name string, folder fs.FS) (*plugin.Description, error) {
	d := &plugin.Description{}
	inputs, err := fs.Glob(folder, "*.input.json")
	if err != nil {
		return nil, err
	}
	if len(inputs) == 0 {
		return nil, fmt.Errorf("%s has neither a manifest.json nor schemas", name)
	}
	read := func(file string) json.RawMessage {
		text, readErr := fs.ReadFile(folder, file)
		if readErr != nil && !errors.Is(readErr, fs.ErrNotExist) {
			err = readErr
		}
		return bytes.TrimSpace(text)
	}
	d.ConfigSchema = read("config.json")
	for _, input := range inputs {
		action := strings.TrimSuffix(input, ".input.json")
		d.Actions = append(d.Actions, plugin.ActionSpec{Name: action, Input: read(input), Output: read(action + ".output.json")})
	}
	return d, err
}
