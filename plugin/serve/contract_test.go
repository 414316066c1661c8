package serve_test

import (
	"strings"
	"testing"

	"github.com/linkstep/linkstep/plugin/conform"
	"github.com/linkstep/linkstep/plugin/host"
)

// TestExampleKeepsTheContract runs the kit on the connector of the example, as
// the process that an author would give to linkstep conform.
func TestExampleKeepsTheContract(t *testing.T) {
	report, err := conform.Run(t.Context(), host.Self("greeter", "child", "greeter"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if report.Failed() {
		var text strings.Builder
		if err := report.WriteText(&text); err != nil {
			t.Fatal(err)
		}
		t.Error(text.String())
	}
}
