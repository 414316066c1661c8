//go:build race

package host

import (
	"os"
	"syscall"
)

// patience stretches the times that tests allow: the race detector makes a
// start several times slower.
const patience = 8

// beside is how many tests run at the same time: under the race detector each
// computes several times as much.
const beside = 4

const underRace = true

// init starts a child anew with its exit sped up: under the race detector a
// process sleeps for a second when it ends.
func init() {
	if _, ok := childMode(); !ok || os.Getenv("GORACE") != "" {
		return
	}
	if path, err := os.Executable(); err == nil {
		_ = syscall.Exec(path, os.Args, append(os.Environ(), "GORACE=atexit_sleep_ms=0"))
	}
}
