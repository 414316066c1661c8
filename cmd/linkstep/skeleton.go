package main

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"text/template"
)

// linkstepModule is the module that a connector is built with.
const linkstepModule = "github.com/linkstep/linkstep"

// skeletonFiles are the templates of a new connector. Their names end in .tmpl,
// so that none of them counts as a part of this module.
//
//go:embed skeleton
var skeletonFiles embed.FS

// skeleton is a connector to be written. Its exported fields are what the
// templates may ask for.
type skeleton struct {
	Name     string // "hello"
	Title    string // "Hello"
	Module   string // "example.com/hello"
	Version  string // of linkstep, without a v
	Checkout string // of linkstep, absolute; empty: the published module

	dir   string   // where to
	files []string // that were written, relative to dir
	note  string   // what a person should know of go.mod and go.sum; empty: nothing
}

// write writes all files or none: it makes them in a folder beside, completes
// the module there, and renames the folder.
func (s *skeleton) write(ctx context.Context) error {
	if _, err := os.Lstat(s.dir); err == nil {
		return s.exists()
	}
	dir := filepath.Clean(s.dir)
	draft, err := os.MkdirTemp(filepath.Dir(dir), "."+filepath.Base(dir)+"-*")
	if err != nil {
		return s.unwritable(err)
	}
	defer os.RemoveAll(draft) // gone already when all went well
	if err := errors.Join(os.Chmod(draft, 0o755), s.render(draft)); err != nil {
		return s.unwritable(err)
	}
	if err := s.tidy(ctx, draft); err != nil {
		return err
	}
	s.files = append(s.files, "go.sum")
	if err := os.Rename(draft, dir); err != nil {
		return s.unwritable(err)
	}
	return nil
}

// render fills the templates in.
func (s *skeleton) render(to string) error {
	return fs.WalkDir(skeletonFiles, "skeleton", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, _ := filepath.Rel("skeleton", path)
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, name), 0o755)
		}
		text, err := skeletonFiles.ReadFile(path)
		if err != nil {
			return err
		}
		t, err := template.New(path).Delims("[[", "]]").Option("missingkey=error").Parse(string(text))
		if err != nil {
			return err
		}
		var out bytes.Buffer
		if err := t.Execute(&out, s); err != nil {
			return err
		}
		if name = strings.TrimSuffix(name, ".tmpl"); name == "gitignore" {
			name = ".gitignore" // go:embed leaves out what begins with a dot
		}
		s.files = append(s.files, name)
		return os.WriteFile(filepath.Join(to, name), out.Bytes(), 0o644)
	})
}
