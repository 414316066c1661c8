package serve_test

import (
	"strings"
	"testing"
)

// TestHostsOfOtherProtocols starts a plugin of today as hosts of today and of
// tomorrow do: they offer the protocols that they speak.
func TestHostsOfOtherProtocols(t *testing.T) {
	for _, tt := range []struct{ name, offered, want, why string }{
		{"today's", "1", "1|1|unix|", "the same protocol"},
		{"tomorrow's", "2,1", "1|1|unix|", "a host serves the protocol before its own"},
		{"one that says nothing", "", "1|1|unix|", "go-plugin's oldest hosts"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := start(t, "tester", cookie, "PLUGIN_PROTOCOL_VERSIONS="+tt.offered)
			line, err := c.stdout.ReadString('\n')
			if err != nil || !strings.HasPrefix(line, tt.want) {
				t.Errorf("handshake %q, %v, want %s: %s", line, err, tt.want, tt.why)
			}
			if err := c.lifeline.Close(); err != nil {
				t.Error(err)
			}
			c.wait(t)
		})
	}
}
