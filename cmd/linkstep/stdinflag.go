package main

import (
	"strconv"

	"github.com/spf13/cobra"
)

// stdinFlag asks for a secret from standard input. It takes no value: one that
// is given may be the secret itself, and a parser's error would show it.
type stdinFlag struct {
	name, what  string
	set, valued bool
}

// stdinVar gives a command a flag that reads what from standard input.
func stdinVar(cmd *cobra.Command, f *stdinFlag, name, what, usage string) {
	f.name, f.what = name, what
	flag := cmd.Flags().VarPF(f, name, "", usage)
	flag.NoOptDefVal = "true"
}

func (f *stdinFlag) String() string { return strconv.FormatBool(f.set) }

// Type is what the help calls it: a switch.
func (f *stdinFlag) Type() string { return "bool" }

// Set takes any value, so that no error repeats it; check refuses it.
func (f *stdinFlag) Set(value string) error {
	on, err := strconv.ParseBool(value)
	f.set, f.valued = on, f.valued || err != nil
	return nil
}

// check refuses a flag that was given a value.
func (f *stdinFlag) check() error {
	if f.valued {
		return usagef("--%s takes no value, which other programs can read on the command line; give the %s on standard input", f.name, f.what)
	}
	return nil
}
