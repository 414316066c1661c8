package sandbox_test

import (
	"testing"

	"github.com/linkstep/linkstep/connector/sandbox"
)

// BenchmarkStart is what every test that starts a sandbox pays.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		srv, err := sandbox.Start(nil)
		if err != nil {
			b.Fatal(err)
		}
		srv.Close()
	}
}

// BenchmarkCalls measures client and sandbox together, over one connection.
func BenchmarkCalls(b *testing.B) {
	v := visit(b, nil)
	calls := map[string]string{
		"userinfo": "/v2/userinfo",
		"person":   "/v2/people/(id:" + v.server.Me(sandbox.PartnerClient) + ")",
		"search":   engineers + "&count=25&projection=(elements*(entity~),paging)",
	}
	for name, path := range calls {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if a := v.get(path); a.Status != 200 {
					b.Fatal(a.Body)
				}
			}
		})
	}
}
