package host

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/linkstep/linkstep/plugin"
)

// program is a file that runs as a plugin.
type program struct {
	path   string
	args   []string
	sha256 string // what the file must hash to, lower-case hex; empty: it is not checked
}

// checked returns the path of the file to run: the program's own where no
// checksum is required, else a private copy made while hashing. The file that
// was hashed is the file that runs, whatever happens to the original.
func (p *program) checked(private string) (string, error) {
	info, err := os.Stat(p.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", cannotRun(p.path, "does not exist", "Check the path.", err)
	case err != nil:
		return "", cannotRun(p.path, "cannot be read", "Check the path and its permissions.", err)
	case !info.Mode().IsRegular():
		return "", cannotRun(p.path, "is no file", "Name the plugin binary itself.", nil)
	case info.Mode()&0o111 == 0:
		return "", cannotRun(p.path, "may not be executed", "Run: chmod +x "+p.path, nil)
	case p.sha256 == "":
		return filepath.Abs(p.path)
	}
	in, err := os.Open(p.path)
	if err != nil {
		return "", cannotRun(p.path, "cannot be read", "Check its permissions.", err)
	}
	defer in.Close()
	out, err := os.CreateTemp(private, filepath.Base(p.path)+"-")
	if err != nil {
		return "", folderError(private, "is not writable", err)
	}
	hash := sha256.New()
	_, err = io.Copy(io.MultiWriter(out, hash), in)
	err = errors.Join(err, out.Chmod(0o700), out.Close())
	if err != nil {
		_ = os.Remove(out.Name())
		return "", folderError(private, "cannot hold a copy of the plugin", err)
	}
	if sum := hex.EncodeToString(hash.Sum(nil)); sum != p.sha256 {
		_ = os.Remove(out.Name())
		return "", tampered(p.path, fmt.Sprintf("is not the file that its manifest names: its SHA-256 is %s, the manifest says %s", sum, p.sha256), nil)
	}
	return out.Name(), nil
}

func cannotRun(path, what, hint string, err error) *plugin.Error {
	e := &plugin.Error{
		Kind: plugin.PluginStart, Source: plugin.SourceHost, Effect: plugin.EffectNone, Err: err,
		Message: "the plugin " + path + " " + what, Hint: hint,
	}
	if err != nil {
		e.Detail = err.Error()
	}
	return e
}
