package wire

import (
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/keepalive"
)

const (
	// keepaliveTime is how long a connection is silent before the host pings.
	// gRPC allows no less than 10 s.
	keepaliveTime = 10 * time.Second
	// keepaliveAllowed is the shortest time between two pings that a server
	// bears. gRPC's own is 5 minutes: a host that pings more often than a
	// server bears has its connection closed at the third ping, with every
	// call that is in flight.
	keepaliveAllowed = keepaliveTime / 2
)

// Keepalive makes a client ping a silent connection and give it up when that
// is not answered within timeout.
func Keepalive(timeout time.Duration) grpc.DialOption {
	return grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: keepaliveTime, Timeout: timeout, PermitWithoutStream: true})
}

// allowKeepalive makes a server bear those pings.
func allowKeepalive() grpc.ServerOption {
	return grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: keepaliveAllowed, PermitWithoutStream: true})
}
