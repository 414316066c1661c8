package host

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/linkstep/linkstep/plugin"
)

// program is a file that runs as a plugin.
type program struct {
	path   string
	args   []string
	sha256 string // what the file must hash to, lower-case hex; empty: it is not checked
	named  bool   // by a person; it is not installed
}

// runnable reports why the program cannot run, as far as its file tells.
func (p *program) runnable() error {
	info, err := os.Stat(p.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return cannotRun(p.path, "does not exist", "Check the path.", err)
	case err != nil:
		return cannotRun(p.path, "cannot be read", "Check the path and its permissions.", err)
	case !info.Mode().IsRegular():
		return cannotRun(p.path, "is no file", "Name the plugin binary itself.", nil)
	case info.Mode()&0o111 == 0 && isText(p.path):
		return cannotRun(p.path, "may not be executed: it is a text, no program", "Name the plugin itself, for example the binary that go build has written.", nil)
	case info.Mode()&0o111 == 0:
		return cannotRun(p.path, "may not be executed", "Run: chmod +x "+p.path, nil)
	}
	return nil
}

// checked returns the path of the file to run: the program's own where no
// checksum is required, else a private copy made while hashing. The file that
// was hashed is the file that runs, whatever happens to the original.
func (p *program) checked(private string) (string, error) {
	if err := p.runnable(); err != nil {
		return "", err
	}
	if p.sha256 == "" {
		return filepath.Abs(p.path)
	}
	in, err := os.Open(p.path)
	if err != nil {
		return "", cannotRun(p.path, "cannot be read", "Check its permissions.", err)
	}
	defer in.Close()
	copied, sum, err := copyPrivately(private, filepath.Base(p.path), in)
	if err != nil {
		return "", folderError(private, "cannot hold a copy of the plugin", err)
	}
	if sum != p.sha256 {
		_ = os.Remove(copied)
		return "", p.isAnother(sum)
	}
	return copied, nil
}

// isAnother says that the file is not what the manifest says.
func (p *program) isAnother(sum string) error {
	e := tampered(p.path, fmt.Sprintf("is not the file that its manifest names: its SHA-256 is %s, the manifest says %s", sum, p.sha256), nil)
	if p.named {
		e.Hint = besideHint
	}
	return e
}

// copyPrivately copies a file into a folder, hashing it on the way, and makes
// it executable.
func copyPrivately(folder, base string, in io.Reader) (path, sum string, err error) {
	// A process that is forked meanwhile would hold the copy open for writing
	// until its exec, and a file open for writing cannot be executed.
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	out, err := os.CreateTemp(folder, base+"-")
	if err != nil {
		return "", "", err
	}
	hash := sha256.New()
	_, err = io.Copy(io.MultiWriter(out, hash), in)
	if err := errors.Join(err, out.Chmod(0o700), out.Close()); err != nil {
		_ = os.Remove(out.Name())
		return "", "", err
	}
	return out.Name(), hex.EncodeToString(hash.Sum(nil)), nil
}

func cannotRun(path, what, hint string, err error) *plugin.Error {
	e := &plugin.Error{
		Kind: plugin.PluginStart, Source: plugin.SourceHost, Effect: plugin.EffectNone, Err: err,
		Message: "the plugin " + path + " " + what, Hint: orLimit(hint, err),
	}
	if err != nil {
		e.Detail = err.Error()
	}
	return e
}

// orLimit returns a hint, or a better one where too many files are open.
func orLimit(hint string, err error) string {
	if errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) {
		return "Too many files are open: close some, or raise the limit with: ulimit -n"
	}
	return hint
}

// isText reports whether a file begins as a text does that is no script.
func isText(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, 512)
	n, _ := io.ReadFull(f, head)
	head = head[:n]
	return n > 0 && !bytes.HasPrefix(head, []byte("#!")) && !bytes.Contains(head, []byte{0})
}
