// Package schema writes the JSON Schemas of a connector from the Go types of
// its actions. It is for the program that go generate runs, in a folder of its
// own below the connector:
//
//	types := &schema.Types{Actions: map[string]schema.Pair{"greet": {Input: hello.GreetInput{}, Output: hello.Greeting{}}}}
//	d, err := hello.New(log).Describe(ctx, &plugin.DescribeRequest{})
//	err = types.Fill(d)
//	err = schema.Write("schemas", d)
//
// The connector embeds the files. It must not import this package: a plugin
// binary that carries the generator starts later for it.
//
// A schema has no references, since forms and MCP clients follow none; so a
// type must not contain itself. Inputs and settings are closed, outputs open.
// The package does not judge a schema; package conform does.
package schema
