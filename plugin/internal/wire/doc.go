// Package wire carries the contract of package plugin over gRPC, in both
// directions: [NewConnectorClient] and [RegisterConnector] for the connector
// that a plugin process serves, [NewStoreClient] and [RegisterStore] for the
// store that a host lends it. Errors travel as messages of their own; a gRPC
// status is for the transport alone.
//
// The generated code is in package pb; go generate makes it.
package wire
