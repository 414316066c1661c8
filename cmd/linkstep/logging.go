package main

import (
	"log/slog"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// logging is how the log is written: the host's own and the plugins'.
type logging struct {
	level  *slog.Level // nil: each command has its own
	format string
}

var logLevels = map[string]slog.Level{
	"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError,
}

const (
	formatText = "text"
	formatJSON = "json"
)

// logFlags adds the flags of the log to all commands.
func (a *app) logFlags(root *cobra.Command) {
	a.log.format = formatText
	flags := root.PersistentFlags()
	flags.Func("log-level", "`level` from which the log is shown on standard error: debug, info, warn or error (default warn)", func(word string) error {
		level, ok := logLevels[word]
		if !ok {
			return usagef("it is %s", orList(logLevelWords()))
		}
		a.log.level = &level
		return nil
	})
	flags.BoolFuncP("verbose", "v", "the same as --log-level debug", func(string) error {
		level := slog.LevelDebug
		a.log.level = &level
		return nil
	})
	flags.Func("log-format", "`format` of the log: text or json, one object a line (default text)", func(word string) error {
		if word != formatText && word != formatJSON {
			return usagef("it is %s", orList([]string{formatText, formatJSON}))
		}
		a.log.format = word
		return nil
	})
	_ = root.RegisterFlagCompletionFunc("log-level", cobra.FixedCompletions(logLevelWords(), cobra.ShellCompDirectiveNoFileComp))
	_ = root.RegisterFlagCompletionFunc("log-format", cobra.FixedCompletions([]string{formatText, formatJSON}, cobra.ShellCompDirectiveNoFileComp))
}

// logLevelWords are the levels, the lowest first.
func logLevelWords() []string {
	return slices.SortedFunc(maps.Keys(logLevels), func(a, b string) int { return int(logLevels[a] - logLevels[b]) })
}

func orList(words []string) string {
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// logger logs to standard error, from a command's own level unless another was
// asked for.
func (a *app) logger(level slog.Level) *slog.Logger {
	if a.log.level != nil {
		level = *a.log.level
	}
	opts := &slog.HandlerOptions{Level: level}
	if a.log.format == formatJSON {
		return slog.New(slog.NewJSONHandler(a.err, opts))
	}
	return slog.New(slog.NewTextHandler(a.err, opts))
}
