package conform_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/conform"
	"github.com/linkstep/linkstep/plugin/serve"
)

// serveNotes serves the good connector.
func serveNotes() {
	serve.Main(func(log *slog.Logger) plugin.Connector { return newNotes(log) })
}

func brokenProcesses() []broken {
	return []broken{
		{
			name: "deaf to the end", way: "file",
			play: func() {
				go func() {
					for {
						signal.Ignore(syscall.SIGTERM) // serve.Main listens for it
						time.Sleep(time.Millisecond)
					}
				}()
				serveNotes()
			},
			failed: "crash and hang: it ends when it is told to", why: "after SIGTERM",
		}, {
			name: "no plugin at all", way: "file",
			play:   func() { fmt.Println("Hello, world!") },
			failed: "describe: it can be loaded", why: "Hello, world!",
		}, {
			name: "a start that never ends", way: "file",
			play:   func() { time.Sleep(time.Minute) },
			opts:   func(opts *conform.Options) { opts.Timeout = 2 * time.Second },
			failed: "describe: it can be loaded", why: "did not answer as a plugin within 2s",
		}, {
			name: "an exit in an action", way: "file",
			build: resulting(func(req *plugin.InvokeRequest, _ *plugin.Result) {
				if req.Action == "add_note" {
					os.Exit(3)
				}
			}),
			failed: "wire: add_note, example 1, gives an output that fits", why: "ended with status 3",
		}, {
			name: "a panic in a goroutine", way: "file",
			build: resulting(func(req *plugin.InvokeRequest, _ *plugin.Result) {
				if req.Action == "add_note" {
					go panic("nobody catches this")
					time.Sleep(time.Second)
				}
			}),
			failed: "wire: add_note, example 1, gives an output that fits", why: "nobody catches this",
		}, {
			name: "an action that never ends", way: "file",
			build: resulting(func(req *plugin.InvokeRequest, _ *plugin.Result) {
				if req.Action == "add_note" {
					select {}
				}
			}),
			opts:   func(opts *conform.Options) { opts.Timeout = 5 * time.Second },
			failed: "wire: add_note, example 1, gives an output that fits", why: "add_note did not answer within 5s",
		}, {
			name: "an exit after the answer", way: "file",
			build: func(good *notes) plugin.Connector {
				var spent atomic.Bool
				return invoking(func(ctx context.Context, good *notes, req *plugin.InvokeRequest, emit emitter) (*plugin.Result, error) {
					// At the next read, which the host repeats: another call would find it, too.
					if req.Action != "add_note" && spent.Load() {
						os.Exit(4)
					}
					res, err := good.Invoke(ctx, req, emit)
					spent.CompareAndSwap(false, err == nil && req.Action == "add_note")
					return res, err
				})(good)
			},
			failed: "crash and hang: the process lives through the run", why: "status 4",
		}, {
			name: "a lock file that stays", way: "file",
			play: func() {
				dir := filepath.Dir(os.Args[0])
				refuseAfterKill(dir)
				lock := filepath.Join(dir, fmt.Sprint("lock-", os.Getpid()))
				serve.Main(func(log *slog.Logger) plugin.Connector {
					if err := os.WriteFile(lock, nil, 0o600); err != nil {
						panic(err)
					}
					return &faulty{Connector: newNotes(log), close: func(context.Context) { _ = os.Remove(lock) }}
				})
			},
			failed: "crash and hang: it works again after it was killed", why: "the last one was killed",
		}, {
			name: "an action that goes on in the process", way: "file",
			build: invoking(func(ctx context.Context, good *notes, req *plugin.InvokeRequest, emit emitter) (*plugin.Result, error) {
				res, err := good.Invoke(ctx, req, emit)
				if err != nil && ctx.Err() != nil {
					time.Sleep(20 * time.Second) // still at work
				}
				return res, err
			}),
			failed: "crash and hang: a canceled action stops in the process", why: "still runs in the process after its call was canceled",
		}, {
			name: "a vendor that is waited for in vain", way: "file",
			build: invoking(func(ctx context.Context, good *notes, req *plugin.InvokeRequest, emit emitter) (*plugin.Result, error) {
				if req.Action != "get_note" || ctx.Err() != nil {
					return good.Invoke(ctx, req, emit)
				}
				time.Sleep(400 * time.Millisecond) // the vendor's answer, in no context
				return good.Invoke(ctx, req, emit)
			}),
			failed: "crash and hang: a canceled action stops in the process", why: "still runs in the process after its call was canceled",
		}, {
			name: "a word before the handshake", way: "file",
			play:   func() { fmt.Println("notes 1.2.3"); serveNotes() },
			failed: "crash and hang: it prints nothing but the handshake", why: `"notes 1.2.3"`,
		}, {
			name: "a life line that nobody holds", way: "file",
			play: func() {
				other, end, err := os.Pipe()
				if err != nil {
					panic(err)
				}
				defer end.Close() // it stays open until then
				os.Stdin = other
				serveNotes()
			},
			failed: "crash and hang: it ends when its host is gone", why: "lives on 2s after its host is gone",
		}, {
			name: "silent by hand", way: "file",
			play: func() {
				if os.Getenv("LINKSTEP_PLUGIN") == "" {
					os.Exit(0)
				}
				serveNotes()
			},
			failed: "crash and hang: run by hand, it says what it is", why: "status 0",
		}, {
			name: "a loop that does not wait", way: "file",
			build: resulting(func(req *plugin.InvokeRequest, _ *plugin.Result) {
				if req.Action == "add_note" {
					go func() { // it asks again and again, and not on every processor: other tests run beside it
						for start := time.Now(); ; {
							if time.Since(start) > 20*time.Millisecond {
								time.Sleep(60 * time.Millisecond)
								start = time.Now()
							}
						}
					}()
				}
			}),
			failed: "budgets: it does nothing while nobody asks", why: "it used a processor for",
		}, {
			name: "a large memory", way: "file",
			build: func(good *notes) plugin.Connector {
				var large []byte
				var grow sync.Once
				return &faulty{
					Connector: resulting(func(req *plugin.InvokeRequest, _ *plugin.Result) {
						if req.Action == "add_note" {
							grow.Do(func() { large = bytes.Repeat([]byte("note"), 140<<18) })
						}
					})(good),
					close: func(context.Context) { runtime.KeepAlive(large) },
				}
			},
			failed: "budgets: it keeps to little memory", why: "MiB resident",
		},
	}
}

// refuseAfterKill ends the process when one that is gone has left its lock.
func refuseAfterKill(dir string) {
	locks, err := filepath.Glob(filepath.Join(dir, "lock-*"))
	if err != nil {
		panic(err)
	}
	for _, lock := range locks {
		var pid int
		if _, err := fmt.Sscanf(filepath.Base(lock), "lock-%d", &pid); err != nil {
			panic(err)
		}
		if syscall.Kill(pid, 0) != nil {
			fmt.Fprintln(os.Stderr, "the last one was killed")
			os.Exit(5)
		}
	}
}
