package host

import (
	"math"
	"strconv"
	"testing"
)

// TestMemoryLimit asks the Go runtime of a plugin.
func TestMemoryLimit(t *testing.T) {
	for _, tt := range []struct {
		name  string
		own   string // GOMEMLIMIT of the host
		limit int64
		want  int64
		why   string
	}{
		{"none", "", 0, math.MaxInt64, "the runtime's own is none"},
		{"the host's environment", "512MiB", 0, 512 << 20, "it is passed on"},
		{"the host's option", "", 256 << 20, 256 << 20, "it needs no environment"},
		{"both", "512MiB", 256 << 20, 256 << 20, "the option is for plugins, the environment for all"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv(memoryLimit, tt.own)
			p := tester(t, &Options{MemoryLimit: tt.limit})
			res, err := p.Invoke(t.Context(), account(), request("memory", `{}`), nil)
			if err != nil {
				t.Fatal(err)
			}
			if want := `{"output":` + strconv.FormatInt(tt.want, 10) + `}`; string(res.Output) != want {
				t.Errorf("the plugin's limit is %s, want %s: %s", res.Output, want, tt.why)
			}
		})
	}
}
