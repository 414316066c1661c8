package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/linkstep/linkstep/plugin"
)

// tidy lets the go command complete go.mod and go.sum. That needs a network for
// what only tests of other modules import. Without one, a checkout lends its
// requirements: more than a tidy module has, and enough to build.
func (s *skeleton) tidy(ctx context.Context, dir string) error {
	if err := s.lendSums(dir); err != nil {
		return s.unwritable(err)
	}
	out, err := goCommand(ctx, dir, "mod", "edit", "-module="+s.Module)
	if err != nil && errors.As(err, new(*exec.ExitError)) && ctx.Err() == nil {
		return s.badModule(string(out), err)
	}
	if err == nil {
		out, err = goCommand(ctx, dir, "mod", "tidy")
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, exec.ErrNotFound):
		return &plugin.Error{
			Kind: plugin.InvalidConfig, Source: plugin.SourceUser, Effect: plugin.EffectNone, Err: err,
			Message: "there is no go command, which a connector is built with; nothing was written", Hint: "Install Go 1.26 or later: https://go.dev/dl/",
		}
	}
	if s.Checkout != "" && s.lendRequirements(ctx, dir) == nil {
		s.note = "go mod tidy could not fetch everything, for want of a network perhaps. The connector builds; run go mod tidy again before you publish it."
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &plugin.Error{
		Kind: plugin.Unavailable, Source: plugin.SourceHost, Effect: plugin.EffectNone, Retryable: true, Err: err, Detail: string(out),
		Message: "go mod tidy could not fetch what the connector is built with; nothing was written",
		Hint:    "Try again with a network, or name a local checkout of linkstep with --module-dir.",
	}
}

// badModule says that the go command refuses the module's path: some words are
// no part of one, those that Windows reserves for example.
func (s *skeleton) badModule(said string, err error) error {
	return &plugin.Error{
		Kind: plugin.InvalidInput, Source: plugin.SourceCaller, Effect: plugin.EffectNone, Err: err,
		Message: fmt.Sprintf("the go command takes no module called %s; nothing was written: %s", s.Module, said),
		Hint:    "Choose another name, or another path with --module.",
	}
}

// lendSums gives the new module the checksums of the checkout: what that was
// built with needs no look-up. Tidying takes out what is too much.
func (s *skeleton) lendSums(dir string) error {
	if s.Checkout == "" {
		return nil
	}
	sums, err := os.ReadFile(filepath.Join(s.Checkout, "go.sum"))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "go.sum"), sums, 0o644)
}

// lendRequirements makes the new module require all that the checkout does,
// and fails unless that is enough.
func (s *skeleton) lendRequirements(ctx context.Context, dir string) error {
	out, err := goCommand(ctx, s.Checkout, "mod", "edit", "-json")
	if err != nil {
		return err
	}
	var mod struct {
		Require []struct{ Path, Version string }
	}
	if err := json.Unmarshal(out, &mod); err != nil {
		return err
	}
	args := []string{"mod", "edit"}
	for _, r := range mod.Require {
		args = append(args, "-require="+r.Path+"@"+r.Version)
	}
	if _, err = goCommand(ctx, dir, args...); err != nil {
		return err
	}
	_, err = goCommand(ctx, dir, "list", "-deps", "-test", "./...")
	return err
}

// goCommand runs the go command in a folder and returns what it said. It does
// not look at a workspace around the folder, which does not list it.
func goCommand(ctx context.Context, dir string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off")
	out, err := cmd.CombinedOutput()
	return bytes.TrimSpace(out), err
}
