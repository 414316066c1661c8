package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() { os.Exit(run(os.Args[1:])) }

// run executes a command line and returns the exit status. The first Ctrl-C
// ends the work in hand and cleans up, a second one ends the process.
func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	a := &app{in: os.Stdin, out: &output{w: os.Stdout}, err: os.Stderr}
	command, err := a.commandLine(args).ExecuteContextC(ctx)
	return a.finish(command, err)
}
