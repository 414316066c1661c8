package host

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"github.com/linkstep/linkstep/plugin"
)

const manifestName = "manifest.json"

// manifestMax is the most that a manifest.json may have.
const manifestMax = 1 << 20

// readManifest reads the manifest.json of a folder, nil when there is none.
func readManifest(folder string) (*plugin.Manifest, error) {
	path := filepath.Join(folder, manifestName)
	doc, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return nil, nil
	case err != nil: // nobody has seen what is in it
		return nil, &plugin.Error{
			Kind: plugin.PluginStart, Source: plugin.SourceHost, Effect: plugin.EffectNone, Err: err, Detail: err.Error(),
			Message: path + " cannot be read", Hint: orLimit("Check that it is a file, and that you may read it.", err),
		}
	case len(doc) > manifestMax:
		return nil, tampered(path, "is over 1 MiB", nil)
	}
	manifest := new(plugin.Manifest)
	if err := json.NewDecoder(bytes.NewReader(doc)).Decode(manifest); err != nil {
		return nil, tampered(path, "is no manifest", err)
	}
	return manifest, nil
}

// artifactFor returns the artifact for this platform. Where file is not empty
// it must be that artifact.
func artifactFor(m *plugin.Manifest, folder, file string) (*plugin.Artifact, error) {
	path := filepath.Join(folder, manifestName)
	for i, a := range m.Meta.Linkstep.Artifacts {
		if a.OS != runtime.GOOS || a.Arch != runtime.GOARCH {
			continue
		}
		if file != "" && a.Path != filepath.Base(file) {
			continue
		}
		if !filepath.IsLocal(a.Path) {
			return nil, tampered(path, fmt.Sprintf("names an artifact outside its folder, %q", a.Path), nil)
		}
		if sum, err := hex.DecodeString(a.SHA256); err != nil || len(sum) != sha256.Size {
			return nil, tampered(path, fmt.Sprintf("names no SHA-256 of %s", a.Path), nil)
		}
		m.Meta.Linkstep.Artifacts[i].SHA256 = strings.ToLower(a.SHA256)
		return &m.Meta.Linkstep.Artifacts[i], nil
	}
	what := fmt.Sprintf("names no artifact for %s/%s", runtime.GOOS, runtime.GOARCH)
	if file != "" {
		what += " called " + filepath.Base(file)
	}
	return nil, tampered(path, what, nil)
}

// installHint is for what an installation should have made whole.
const installHint = "Install the plugin again with: linkstep install FILE"

func tampered(path, what string, err error) *plugin.Error {
	e := &plugin.Error{
		Kind: plugin.PluginTampered, Source: plugin.SourceHost, Effect: plugin.EffectNone, Err: err,
		Message: path + " " + what, Hint: installHint,
	}
	if err != nil {
		e.Detail = err.Error()
	}
	return e
}
