package serve_test

import (
	"flag"
	"log/slog"
	"testing"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/schema"
)

//go:generate go test -run ^TestSchemas$ . -update

var update = flag.Bool("update", false, "write the schemas of the example anew")

// TestSchemas fails when the schemas are not those of the Go types. It is a
// test because the plugin must not link what makes schemas.
func TestSchemas(t *testing.T) {
	d, err := NewGreeter(slog.New(slog.DiscardHandler)).Describe(t.Context(), &plugin.DescribeRequest{})
	if err != nil {
		t.Fatal(err)
	}
	types := schema.Types{Actions: map[string]schema.Pair{"greet": {Input: GreetInput{}, Output: Greeting{}}}}
	if err := types.Fill(d); err != nil {
		t.Fatal(err)
	}
	keep := schema.Fresh
	if *update {
		keep = schema.Write
	}
	if err := keep("testdata/schemas", d); err != nil {
		t.Error(err)
	}
}
