package serve

import (
	"io"
	"os"
	"syscall"
	"time"
)

// orphanLife is how long the process lives at most once the host is gone,
// whatever it is doing then: a little longer than an orderly end may take.
const orphanLife = orphanTimeout + lastAnswer

// watch reads the life line, standard input, which the host holds at its other
// end. What it returns is closed when the line is cut, and a little later the
// process is ended if it has not ended by itself: a connector may still be at
// its building, or at its closing.
func watch(lifeline io.Reader) (cut <-chan struct{}) {
	c := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, lifeline)
		close(c)
		time.Sleep(orphanLife)
		exit(c)
	}()
	return c
}

// exit ends the process. Once the host is gone, which sees to that otherwise,
// all that runs in the process's group is killed with it. That is done only by
// the leader of a group, as which a host starts a plugin: in a group that is
// not its own are those who started it, a shell perhaps.
func exit(cut <-chan struct{}) {
	select {
	case <-cut:
		if group := syscall.Getpgrp(); group == os.Getpid() {
			_ = syscall.Kill(-group, syscall.SIGKILL)
		}
	default:
	}
	os.Exit(0)
}
