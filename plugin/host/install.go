package host

import (
	"cmp"
	"context"
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

// Install copies a plugin binary to the folder of installed connectors and
// writes its manifest there, with the copy's checksum. The folder appears
// whole or not at all; an older one of that name is replaced.
func (h *Host) Install(ctx context.Context, file string) (Source, error) {
	if h.installedDir == "" {
		return Source{}, &plugin.Error{
			Kind: plugin.InvalidConfig, Source: plugin.SourceCaller, Effect: plugin.EffectNone,
			Message: "this host has no folder for installed connectors", Hint: "Give the host an InstalledDir.",
		}
	}
	prog, err := fileProgram(file)
	if err == nil {
		err = prog.runnable()
	}
	if err != nil {
		return Source{}, err
	}
	s, err := newStage(h.installedDir, file)
	if err != nil {
		return Source{}, cannotInstall(h.installedDir, err)
	}
	defer s.remove()
	// What runs here to describe itself is what was copied: a file that
	// changes meanwhile is refused.
	prog.sha256 = cmp.Or(prog.sha256, s.sum)
	if prog.sha256 != s.sum {
		return Source{}, tampered(file, fmt.Sprintf("is not the file that its manifest names: its SHA-256 is %s, the manifest says %s", s.sum, prog.sha256), nil)
	}
	desc, err := h.describe(ctx, prog)
	if err != nil {
		return Source{}, err
	}
	if err := s.publish(desc); err != nil {
		return Source{}, cannotInstall(h.installedDir, err)
	}
	h.log.Info("installed", "connector", desc.Name, "folder", filepath.Join(h.installedDir, desc.Name))
	return installed(h.installedDir, desc.Name)
}

// describe starts a program, asks what it is, and stops it.
func (h *Host) describe(ctx context.Context, prog program) (*plugin.Description, error) {
	p, err := h.Load(ctx, Source{Kind: "file", Path: prog.path, reach: func(ctx context.Context, h *Host) (reached, error) {
		return startProcess(ctx, h, prog)
	}})
	if err != nil {
		return nil, err
	}
	return p.Description(), p.Close(ctx)
}

// stage is a folder that is being made beside the installed connectors.
type stage struct {
	parent, path string
	base, sum    string // of the copied binary
}

// newStage makes the folder with a copy of a plugin binary.
func newStage(parent, file string) (*stage, error) {
	if err := os.MkdirAll(parent, installedDirMode); err != nil {
		return nil, err
	}
	path, err := os.MkdirTemp(parent, ".new-")
	if err != nil {
		return nil, err
	}
	s := &stage{parent: parent, path: path, base: filepath.Base(file)}
	if s.sum, err = copyFile(filepath.Join(path, s.base), file); err != nil {
		s.remove()
		return nil, err
	}
	return s, nil
}

// publish writes the manifest and puts the folder in its place.
func (s *stage) publish(desc *plugin.Description) error {
	manifest, err := plugin.NewManifest(desc)
	if err != nil {
		return err
	}
	manifest.Meta.Linkstep.Artifacts = []plugin.Artifact{{OS: runtime.GOOS, Arch: runtime.GOARCH, Path: s.base, SHA256: s.sum}}
	doc, err := json.MarshalIndent(manifest, "", "  ")
	if err != nil {
		return err
	}
	out, err := os.OpenFile(filepath.Join(s.path, manifestName), os.O_WRONLY|os.O_CREATE|os.O_EXCL, manifestMode)
	if err != nil {
		return err
	}
	_, err = out.Write(append(doc, '\n'))
	if err := errors.Join(err, out.Sync(), out.Close()); err != nil {
		return err
	}
	return replace(filepath.Join(s.parent, desc.Name), s.path)
}

func (s *stage) remove() { _ = os.RemoveAll(s.path) }

func cannotInstall(dir string, err error) error {
	return &plugin.Error{
		Kind: plugin.StoreUnavailable, Source: plugin.SourceHost, Effect: plugin.EffectNone, Err: err, Detail: err.Error(),
		Message: "the plugin cannot be installed in " + dir,
		Hint:    "Check that the folder can be written to, or set LINKSTEP_HOME to another one.",
	}
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
