package main

import "strconv"

// stdinFlag asks for a secret from standard input. It takes no value: one that
// is given may be the secret itself, and a parser's error would show it.
type stdinFlag struct{ set, valued bool }

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
func (f *stdinFlag) check(name, what string) error {
	if f.valued {
		return usagef("--%s takes no value, which other programs can read on the command line; give the %s on standard input", name, what)
	}
	return nil
}
