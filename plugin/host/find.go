package host

import (
	"errors"
	"io/fs"
	"os"
	"slices"

	"github.com/linkstep/linkstep/plugin"
)

// Find returns the connector of that name: the installed one, else the one
// built in.
func (h *Host) Find(name string) (Source, error) {
	names, err := h.installedNames()
	if err != nil {
		return Source{}, err
	}
	if slices.Contains(names, name) {
		return installed(h.installedDir, name)
	}
	for _, src := range h.builtin {
		if src.Name == name {
			return src, nil
		}
		names = append(names, src.Name)
	}
	return Source{}, UnknownName("connector", name, "there is no connector", names)
}

// Found is a connector that [Host.Find] would give, or why it cannot.
type Found struct {
	Source Source
	Err    error // why an installed connector cannot be used; nil: it can
}

// FindAll returns all connectors by name, the way Find resolves them.
func (h *Host) FindAll() ([]Found, error) {
	names, err := h.installedNames()
	if err != nil {
		return nil, err
	}
	for _, src := range h.builtin {
		if !slices.Contains(names, src.Name) {
			names = append(names, src.Name)
		}
	}
	slices.Sort(names)
	var all []Found
	for _, name := range names {
		src, err := h.Find(name)
		src.Name = name
		all = append(all, Found{src, err})
	}
	return all, nil
}

// installedNames returns the names of the folders of installed connectors.
func (h *Host) installedNames() ([]string, error) {
	if h.installedDir == "" {
		return nil, nil
	}
	entries, err := os.ReadDir(h.installedDir)
	if slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return isStage(e.Name()) }) {
		sweepInstalled(h.installedDir)
		entries, err = os.ReadDir(h.installedDir)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, &plugin.Error{
			Kind: plugin.StoreUnavailable, Source: plugin.SourceHost, Effect: plugin.EffectNone, Err: err, Detail: err.Error(),
			Message: "the folder of installed connectors, " + h.installedDir + ", cannot be read",
			Hint:    "Check its permissions, or set LINKSTEP_HOME to another folder.",
		}
	}
	var names []string
	for _, entry := range entries {
		if entry.IsDir() && validName(entry.Name()) {
			names = append(names, entry.Name())
		}
	}
	return names, nil
}
