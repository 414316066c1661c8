package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// commandLine is the root command as it reads args, with words of its own for
// the mistakes that the parser finds.
func (a *app) commandLine(args []string) *cobra.Command {
	a.args = args
	root := a.rootCommand()
	root.SetArgs(args)
	root.SetFlagErrorFunc(a.flagError)
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, cmd := range root.Commands() {
		switch cmd.Name() {
		case "help":
			cmd.Run, cmd.RunE = nil, help
		case "completion": // what it prints is run by a shell
			cmd.RunE = a.group
		}
	}
	wordArguments(root)
	return root
}

// group runs a command that only gathers others.
func (a *app) group(cmd *cobra.Command, _ []string) error {
	if a.json {
		return usagef("--json: %s does nothing by itself; name one of its commands", cmd.CommandPath())
	}
	return cmd.Help()
}

// help shows the help of the command that is named.
func help(cmd *cobra.Command, args []string) error {
	found, rest, err := cmd.Root().Find(args)
	if err != nil || len(rest) > 0 {
		return unknownCommand(found, append(rest, args...)[0])
	}
	found.InitDefaultHelpFlag()
	found.InitDefaultVersionFlag()
	return found.Help()
}

// unknownCommand says that a group of commands has none of this name.
func unknownCommand(group *cobra.Command, name string) error {
	e := usageError{err: fmt.Errorf("unknown command %q for %q", name, group.CommandPath())}
	group.SuggestionsMinimumDistance = 2
	if near := group.SuggestionsFor(name); len(near) > 0 {
		e.hint = "Did you mean " + strings.Join(near, " or ") + "? "
	}
	e.hint += "See: " + group.CommandPath() + " --help"
	return e
}

// wordArguments lets a command and those below it say which argument is
// missing, or too much.
func wordArguments(cmd *cobra.Command) {
	for _, sub := range cmd.Commands() {
		wordArguments(sub)
	}
	check := cmd.Args
	if check == nil {
		return
	}
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if check(cmd, args) == nil {
			return nil
		}
		if cmd.HasSubCommands() {
			return unknownCommand(cmd, args[0])
		}
		var names []string
		for _, name := range strings.Fields(cmd.Use)[1:] {
			if strings.HasPrefix(name, "-") {
				break // flags stand last
			}
			names = append(names, name)
		}
		usage := strings.Join(append([]string{cmd.CommandPath()}, names...), " ")
		switch {
		case len(names) == 0:
			return usagef("%s takes no argument, and %q is one", usage, args[0])
		case len(args) > len(names):
			return usagef("%q is one argument too many; write %s", args[len(names)], usage)
		}
		return usagef("%s is missing; write %s", names[len(args)], usage)
	}
}

// flagError words an error about a flag.
func (a *app) flagError(cmd *cobra.Command, err error) error {
	if cmd.HasSubCommands() { // the flag may be one of a command that was misspelt
		if group, rest, _ := cmd.Root().Find(a.args); len(rest) > 0 && !strings.HasPrefix(rest[0], "-") {
			return unknownCommand(group, rest[0])
		}
	}
	var invalid interface { // a *pflag.InvalidValueError
		GetValue() string
		Unwrap() error
	}
	if !errors.As(err, &invalid) {
		return usageError{err: err}
	}
	cause := invalid.Unwrap()
	want := cause.Error()
	var number *strconv.NumError
	_, duration := time.ParseDuration(invalid.GetValue())
	switch {
	case errors.Is(cause, strconv.ErrRange):
		want = "the number is out of range"
	case errors.As(cause, &number) && number.Func == "ParseBool":
		want = "it is true or false"
	case number != nil && number.Func == "ParseUint":
		want = "it is a whole number, and not below zero"
	case number != nil:
		want = "it is a whole number"
	case duration != nil && duration.Error() == want:
		want = "it is a time with its unit, like 30s, 5m or 1h30m"
	}
	return usagef("%s: %s", strings.TrimSuffix(err.Error(), ": "+cause.Error()), want)
}

// checkTimeout refuses a time for waiting in which nothing can be done.
func checkTimeout(cmd *cobra.Command) error {
	if cmd.Flags().Lookup("timeout") == nil {
		return nil
	}
	if d, err := cmd.Flags().GetDuration("timeout"); err == nil && d <= 0 {
		return usagef("--timeout %s: it must be above zero", d)
	}
	return nil
}

// wantsJSON reports whether arguments that could not be parsed ask for JSON.
func wantsJSON(args []string) bool {
	wants := false
	for _, arg := range args {
		if arg == "--" {
			break
		}
		if value, ok := strings.CutPrefix(arg, "--json="); ok {
			wants, _ = strconv.ParseBool(value)
		}
		wants = wants || arg == "--json"
	}
	return wants
}
