package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/host"
	"github.com/linkstep/linkstep/plugin/store"
)

// oneLogin is a store in which all connections have the login of the first, so
// that ten thousand need not log in.
type oneLogin struct {
	plugin.Store
	first string // its id
}

// Get implements [plugin.Store].
func (s *oneLogin) Get(ctx context.Context, req *plugin.GetRequest) (*plugin.GetResponse, error) {
	asked := *req
	if rest, ok := strings.CutPrefix(req.Key, "linkedin/connections/"); ok && s.first != "" {
		_, name, _ := strings.Cut(rest, "/")
		asked.Key = plugin.ConnectionPrefix("linkedin", s.first) + name
	}
	return s.Store.Get(ctx, &asked)
}

// residentMiB is what a process has in memory.
func residentMiB(b *testing.B, pid int) float64 {
	b.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Skip("the memory of a process is not told here: ", err)
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	kib, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
	if err != nil {
		b.Fatal(err)
	}
	return kib / 1024
}

// BenchmarkMemory tells how much memory a plugin process has once each of many
// connections has asked for its profile: with as many of them as the host leaves
// a connector, and with all. Its baseline is one connection. Run it with
// -benchtime=1x.
func BenchmarkMemory(b *testing.B) {
	settings, binary := sandboxProcess(b), built(b, "github.com/linkstep/linkstep/cmd/linkstep-linkedin")
	for _, at := range []struct{ connections, most int }{{1, 0}, {100, 0}, {10_000, 0}, {10_000, 10_000}} {
		n, name := at.connections, fmt.Sprintf("connections=%d", at.connections)
		if at.most > 0 {
			name += "/held=all"
		}
		b.Run(name, func(b *testing.B) {
			kept, err := store.Memory()
			if err != nil {
				b.Fatal(err)
			}
			defer kept.Close()
			logins := &oneLogin{Store: kept}
			p, first := connected(b, settings, host.File(binary), &host.Options{Store: logins, MostConnections: at.most})
			logins.first = first.ID
			for b.Loop() {
				for i := range n {
					conn := *first
					conn.ID, conn.Name = fmt.Sprintf("c%06d", i), fmt.Sprint("c", i)
					if _, err := p.Invoke(b.Context(), &conn, &plugin.InvokeRequest{Action: "get_profile"}, nil); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(residentMiB(b, p.PID()), "MiB-resident")
		})
	}
}
