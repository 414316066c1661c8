package sandbox_test

import (
	"testing"

	"github.com/linkstep/linkstep/connector/sandbox"
)

func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		srv, err := sandbox.Start(nil)
		if err != nil {
			b.Fatal(err)
		}
		srv.Close()
	}
}
