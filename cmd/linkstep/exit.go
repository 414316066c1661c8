package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/linkstep/linkstep/plugin"
)

// Exit statuses besides those of kinds.
const (
	exitDone     = 0
	exitInternal = 1
	exitUsage    = 2
	exitPerson   = 4 // check: a connection needs a person
)

// exitStatus is the exit status of each kind of error.
var exitStatus = map[plugin.Kind]int{
	plugin.Unknown:            exitInternal,
	plugin.Internal:           exitInternal,
	plugin.StoreUnavailable:   exitInternal,
	plugin.UnknownName:        exitUsage,
	plugin.InvalidInput:       3,
	plugin.InvalidConfig:      3,
	plugin.TooLarge:           3,
	plugin.VersionRetired:     3,
	plugin.Reauthorize:        4,
	plugin.Forbidden:          5,
	plugin.NotFound:           6,
	plugin.Conflict:           6,
	plugin.QuotaExhausted:     7,
	plugin.RateLimited:        7,
	plugin.Unavailable:        8,
	plugin.Timeout:            8,
	plugin.Deadline:           8,
	plugin.BadUpstream:        8,
	plugin.PluginCrashed:      9,
	plugin.PluginUnresponsive: 9,
	plugin.PluginStart:        9,
	plugin.PluginIncompatible: 9,
	plugin.PluginTampered:     9,
	plugin.Canceled:           130,
}

// usageError is a mistake on the command line.
type usageError struct {
	err  error
	hint string // empty: that the command has a help
}

func (e usageError) Error() string { return e.err.Error() }

// usagef returns a usageError.
func usagef(format string, args ...any) error { return usageError{err: fmt.Errorf(format, args...)} }

// statusError ends a command with a status after all has been said.
type statusError int

func (e statusError) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// report says how a command ended and returns its exit status.
func (a *app) report(command *cobra.Command, err error) int {
	var usage usageError
	var status statusError
	var known *plugin.Error
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &status):
		return int(status)
	case errors.As(err, &usage), !a.ran && !errors.As(err, &known):
		// Before a command runs, errors are those of the command line's parser.
		e := &plugin.Error{Kind: plugin.InvalidInput, Source: plugin.SourceCaller, Effect: plugin.EffectNone, Message: err.Error()}
		e.Hint = usage.hint
		if e.Hint == "" {
			e.Hint = "See: " + command.CommandPath() + " --help"
		}
		a.json = a.json || !a.ran && wantsJSON(a.args)
		a.reportError(e)
		return exitUsage
	}
	e := plugin.AsError(err)
	a.reportError(e)
	return exitStatus[e.Kind]
}

// reportError prints an error: as the one JSON document where that was asked
// for, and in words to standard error otherwise.
func (a *app) reportError(e *plugin.Error) {
	if a.plugin != "" && strings.Contains(e.Hint, "with: linkstep describe ") { // of a plugin that may not be installed
		named := *e
		named.Hint += " --plugin " + a.plugin
		e = &named
	}
	if a.json && a.writeJSON(errorDocument(e)) == nil {
		return
	}
	printError(a.err, e)
}

// errorDocument is an error as the one JSON document. What the action had cost
// stands beside it, where it stands beside an output.
func errorDocument(e *plugin.Error) map[string]any {
	bare := *e
	bare.Meta = nil
	doc := map[string]any{"error": &bare}
	if e.Meta != nil {
		doc["meta"] = e.Meta
	}
	return doc
}

// printError words an error for a person.
func printError(w io.Writer, e *plugin.Error) {
	fmt.Fprintf(w, "error: %s\n", e.Message)
	if len(e.Violations) == 1 && e.Violations[0].Pointer != "" { // the message has its words
		fmt.Fprintf(w, "field: %s\n", e.Violations[0].Pointer)
	}
	if len(e.Violations) > 1 {
		for _, v := range e.Violations {
			at := v.Pointer
			if at == "" {
				at = "/"
			}
			fmt.Fprintf(w, "  %s: %s\n", at, v.Message)
		}
	}
	if e.RetryAt != nil {
		fmt.Fprintf(w, "retry at: %s\n", e.RetryAt.UTC().Format(time.RFC3339))
	}
	if e.Hint != "" {
		fmt.Fprintf(w, "hint: %s\n", e.Hint)
	}
	asked := e.Kind == plugin.Internal || e.Kind == plugin.BadUpstream // by the hint, for a report
	if e.Detail != "" && (asked || e.Source == plugin.SourceHost) {
		fmt.Fprintf(w, "detail: %s\n", e.Detail)
	}
	if e.RequestID != "" {
		fmt.Fprintf(w, "request id: %s\n", e.RequestID)
	}
}

// writeJSON prints one JSON document. Characters are kept as they are: the
// output is for programs and terminals, not for a web page.
func (a *app) writeJSON(v any) error {
	enc := json.NewEncoder(a.out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
