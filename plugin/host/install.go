package host

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"github.com/linkstep/linkstep/plugin"
)

// Installed binaries and manifests are for their owner alone.
const (
	installedDirMode  = 0o700
	installedFileMode = 0o700
	manifestMode      = 0o600
)

// install copies a plugin binary below dir, with its manifest. The new folder
// is made beside the old and takes its place by renaming.
func install(dir, file string, desc *plugin.Description) (err error) {
	defer func() {
		if err != nil && plugin.KindOf(err) == plugin.Unknown {
			err = &plugin.Error{
				Kind: plugin.StoreUnavailable, Source: plugin.SourceHost, Effect: plugin.EffectNone, Err: err, Detail: err.Error(),
				Message: "the plugin cannot be installed in " + dir,
				Hint:    "Check that the folder can be written to, or set LINKSTEP_HOME to another one.",
			}
		}
	}()
	if err := os.MkdirAll(dir, installedDirMode); err != nil {
		return err
	}
	fresh, err := os.MkdirTemp(dir, ".new-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(fresh)
	base := filepath.Base(file)
	sum, err := copyFile(filepath.Join(fresh, base), file)
	if err != nil {
		return err
	}
	manifest, err := plugin.NewManifest(desc)
	if err != nil {
		return err
	}
	manifest.Meta.Linkstep.Artifacts = []plugin.Artifact{{OS: runtime.GOOS, Arch: runtime.GOARCH, Path: base, SHA256: sum}}
	doc, err := json.MarshalIndent(manifest, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(fresh, "manifest.json"), append(doc, '\n'), manifestMode); err != nil {
		return err
	}
	return replace(filepath.Join(dir, desc.Name), fresh)
}

// replace puts the folder fresh in the place of path. A crash in between
// leaves either the old folder or none, never a mixture.
func replace(path, fresh string) error {
	old := fresh + ".old"
	switch err := os.Rename(path, old); {
	case err == nil:
		defer os.RemoveAll(old)
	case !errors.Is(err, os.ErrNotExist):
		return err
	}
	if err := os.Rename(fresh, path); err != nil {
		return errors.Join(fmt.Errorf("the new folder: %w", err), os.Rename(old, path))
	}
	return nil
}

// copyFile copies a file and returns the SHA-256 of what it wrote.
func copyFile(to, from string) (string, error) {
	in, err := os.Open(from)
	if err != nil {
		return "", err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, installedFileMode)
	if err != nil {
		return "", err
	}
	hash := sha256.New()
	_, err = io.Copy(io.MultiWriter(out, hash), in)
	if err := errors.Join(err, out.Sync(), out.Close()); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}
