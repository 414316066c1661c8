// Package plugin is the contract between a host and a connector. It imports
// the standard library only, so that a connector can be written and tested
// with no process started and no RPC library linked.
//
// A connector implements [Connector]; package serve turns it into a plugin
// process and package host calls it, over a process boundary or directly:
//
//	desc, err := c.Describe(ctx, &plugin.DescribeRequest{})
//	_, err = c.Open(ctx, &plugin.OpenRequest{Store: store})
//	_, err = c.Connect(ctx, &plugin.ConnectRequest{Connection: conn})
//	res, err := c.Invoke(ctx, &plugin.InvokeRequest{Connection: conn.ID, Action: "get_profile", Input: []byte("{}")}, emit)
//	_, err = c.Close(ctx, &plugin.CloseRequest{})
//
// Every error that crosses the contract is an [*Error]. The package does not
// validate inputs against schemas and does not know LinkedIn.
package plugin
