// Command gen writes what is made from the Go types of the connector: the
// JSON Schemas in schemas/ and the manifest.json at the root. It is run by go
// generate, in the folder of package connector.
package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/linkstep/linkstep/connector"
	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/schema"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

// run writes all files, at the root of the module.
func run() error {
	if err := os.Chdir(".."); err != nil {
		return err
	}
	files, err := generate()
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := os.WriteFile(name, files[name], 0o644); err != nil {
			return err
		}
	}
	return nil
}

// generate makes all files, by their path below the root of the module, which
// is the working folder.
func generate() (map[string][]byte, error) {
	c := connector.New(nil)
	d, err := c.Describe(context.Background(), &plugin.DescribeRequest{})
	if err != nil {
		return nil, err
	}
	if err := goTypes().Fill(d); err != nil {
		return nil, err
	}
	files := make(map[string][]byte)
	for name, content := range schema.Files(d) {
		files["schemas/"+name] = content
	}
	manifest, err := plugin.NewManifest(d)
	if err != nil {
		return nil, err
	}
	if files["manifest.json"], err = schema.Text(manifest); err != nil {
		return nil, err
	}
	of, err := manifestSchema()
	if err != nil {
		return nil, err
	}
	files[plugin.ManifestSchema] = plugin.SchemaText(of)
	return files, nil
}
