package host

import (
	"context"
	"os"
	"path/filepath"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/guard"
)

// Source is a connector that can be loaded, and the way it is reached. The
// zero one is none: [Host.Find] and the functions of this package make them.
type Source struct {
	// Name is the connector's name where it is known before it is loaded;
	// loading fails when the connector says another. Empty: any name.
	Name string

	// Kind says in one word where the connector comes from: "file",
	// "installed", "built-in", "direct" or "in-process".
	Kind string

	// Path is the file that runs, empty for a connector in this process.
	Path string

	reach func(ctx context.Context, h *Host) (reached, error)
}

// check refuses a source that nobody has made.
func (s Source) check() error {
	if s.reach == nil {
		return misuse("the source of the connector is empty", "Make one with Host.Find, File, Self, Direct or InProcess.")
	}
	return nil
}

// Direct reaches a connector in this process by calling it. A crash of the
// connector is a crash of the host, and a call that does not heed its context
// is not ended by it.
func Direct(c plugin.Connector) Source {
	return Source{Kind: "direct", reach: func(_ context.Context, h *Host) (reached, error) {
		return &ender{Connector: guard.Connector(c, h.log)}, nil
	}}
}

// InProcess reaches a connector in this process over gRPC, through sockets in
// the host's private folder: the whole contract with its limits, without a
// process.
func InProcess(c plugin.Connector) Source {
	return Source{Kind: "in-process", reach: func(ctx context.Context, h *Host) (reached, error) {
		return serveInProcess(ctx, h, c)
	}}
}

// File is a plugin binary that a person names. It needs no checksum, but a
// manifest.json beside it is obeyed: the file must be one of its artifacts.
func File(path string) Source {
	return Source{Kind: "file", Path: path, reach: func(ctx context.Context, h *Host) (reached, error) {
		prog, err := fileProgram(path)
		if err != nil {
			return nil, err
		}
		return startProcess(ctx, h, prog)
	}}
}

// fileProgram is the program of a file, with the checksum that a manifest
// beside it asks for.
func fileProgram(path string) (program, error) {
	prog := program{path: path, named: true}
	manifest, err := readManifest(filepath.Dir(path))
	if err == nil && manifest != nil && len(manifest.Meta.Linkstep.Artifacts) > 0 {
		var artifact *plugin.Artifact
		if artifact, err = artifactFor(manifest, filepath.Dir(path), path); err == nil {
			prog.sha256 = artifact.SHA256
		}
	}
	if err != nil {
		e := *plugin.AsError(err)
		e.Hint = orLimit(besideHint, err)
		return program{}, &e
	}
	return prog, nil
}

// besideHint is for a manifest beside a file that a person named.
const besideHint = "Correct the manifest.json beside the plugin, or move it away: without one the file needs no checksum."

// Self is a connector that this very program serves when it is started with
// the arguments given.
func Self(name string, args ...string) Source {
	path, err := os.Executable()
	return Source{Name: name, Kind: "built-in", Path: path, reach: func(ctx context.Context, h *Host) (reached, error) {
		if err != nil {
			return nil, &plugin.Error{
				Kind: plugin.PluginStart, Source: plugin.SourceHost, Effect: plugin.EffectNone, Err: err, Detail: err.Error(),
				Message: "this program cannot find its own file",
				Hint:    "Name a plugin binary with --plugin.",
			}
		}
		return startProcess(ctx, h, program{path: path, args: args})
	}}
}

// installed is a connector in <dir>/<name>, whose manifest.json names the file
// and its checksum.
func installed(dir, name string) (Source, error) {
	folder := filepath.Join(dir, name)
	prog, err := installedProgram(folder)
	if err != nil {
		return Source{}, err
	}
	return Source{Name: name, Kind: "installed", Path: prog.path, reach: func(ctx context.Context, h *Host) (reached, error) {
		return startInstalled(ctx, h, folder)
	}}, nil
}

// installedProgram is the program that the manifest of a folder names.
func installedProgram(folder string) (program, error) {
	manifest, err := readManifest(folder)
	if err != nil {
		return program{}, err
	}
	if manifest == nil {
		return program{}, tampered(folder, "has no manifest.json", nil)
	}
	artifact, err := artifactFor(manifest, folder, "")
	if err != nil {
		return program{}, err
	}
	return program{path: filepath.Join(folder, artifact.Path), sha256: artifact.SHA256}, nil
}

// startInstalled starts what is installed at this moment, which may be newer
// than what ran before. While a newer one takes its place the manifest and
// the binary may not fit together, so a misfit is looked at twice.
func startInstalled(ctx context.Context, h *Host, folder string) (reached, error) {
	prog, err := installedProgram(folder)
	if err == nil {
		var r reached
		if r, err = startProcess(ctx, h, prog); err == nil {
			return r, nil
		}
	}
	again, errAgain := installedProgram(folder)
	if plugin.KindOf(err) != plugin.PluginTampered || errAgain != nil || again.sha256 == prog.sha256 {
		return nil, err
	}
	return startProcess(ctx, h, again)
}
