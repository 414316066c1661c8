// Package connector is the LinkedIn connector: the account's own profile, a
// people search, and other members by id. It implements [plugin.Connector]:
//
//	c := connector.New(nil)
//	_, err := c.Open(ctx, &plugin.OpenRequest{Store: store})
//	_, err = c.Connect(ctx, &plugin.ConnectRequest{Connection: conn})
//	res, err := c.Invoke(ctx, &plugin.InvokeRequest{Connection: conn.ID, Action: "get_profile"}, emit)
//	_, err = c.Close(ctx, &plugin.CloseRequest{})
//
// A call goes through these layers, from the outside inwards: memory of
// replies, retry, quota, signature, and the wire, which speaks to one host
// only. Every error is a [plugin.Error], made in one place.
//
// Other members' data lives in memory only, for a day at most, and is purged
// with the connection. The package starts no process and serves no RPC: that
// is done by plugin/serve and cmd/linkstep-linkedin.
package connector

//go:generate go run ./internal/gen
