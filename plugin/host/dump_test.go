package host

import "testing"

func TestShorten(t *testing.T) {
	const (
		quit    = "SIGQUIT: quit\nPC=0x1 m=0"
		idle    = "goroutine 2 [force gc (idle)]:\nruntime.gopark(0x0?)\n\t/go/proc.go:462 +0xce\ncreated by runtime.init.7 in goroutine 1\n\t/go/proc.go:363 +0x1a"
		ours    = "goroutine 40 [chan receive]:\nhello.(*Connector).Invoke(0x1)\n\t/src/hello.go:12 +0x1"
		serving = "goroutine 3 [select]:\nruntime.gopark(0x0?)\n\t/go/proc.go:462 +0xce fp=0x1 sp=0x2 pc=0x3\ngithub.com/hashicorp/go-plugin.Serve(0x1)\n\t/p/server.go:503 +0x15"
		served  = "goroutine 3 [select]:\nruntime.gopark(0x0?)\n\t/go/proc.go:462 +0xce\ngithub.com/hashicorp/go-plugin.Serve(0x1)\n\t/p/server.go:503 +0x15"
		blocked = "goroutine 41 [select]:\nruntime.gopark(0x0?)\n\t/go/proc.go:462 +0xce\ncreated by hello.New in goroutine 1\n\t/src/hello.go:3 +0x1a"
	)
	tests := []struct {
		name, dump, want string
		why              string
	}{
		{"dump", quit + "\n\n" + idle + "\n\n" + ours + "\n\n" + blocked + "\n", quit + "\n\n" + ours + "\n\n" + blocked + "\n", "the runtime's own say nothing"},
		{"transport", quit + "\n\n" + serving + "\n\n" + ours, quit + "\n\n" + ours + "\n\n" + served, "it is seldom to blame, and fills the room"},
		{"panic", "panic: oh\n\n" + idle, "panic: oh\n\n" + idle, "the runtime shows the right goroutine by itself"},
		{"nothing", "", "", "there may be none"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := shorten(tt.dump); got != tt.want {
				t.Errorf("shorten = %q, want %q: %s", got, tt.want, tt.why)
			}
		})
	}
}
