package host

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"

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
	s, err := newStage(ctx, h.installedDir, file)
	if err != nil {
		return Source{}, cannotInstall(h.installedDir, err)
	}
	defer s.remove()
	// What runs here to describe itself is what was copied: a file that
	// changes meanwhile is refused.
	prog.sha256 = cmp.Or(prog.sha256, s.sum)
	if prog.sha256 != s.sum {
		return Source{}, prog.isAnother(s.sum)
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

func cannotInstall(dir string, err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return plugin.AsError(err)
	}
	return &plugin.Error{
		Kind: plugin.StoreUnavailable, Source: plugin.SourceHost, Effect: plugin.EffectNone, Err: err, Detail: err.Error(),
		Message: "the plugin cannot be installed in " + dir,
		Hint:    "Check that the folder can be written to, or set LINKSTEP_HOME to another one.",
	}
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
