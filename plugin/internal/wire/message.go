package wire

import "google.golang.org/grpc"

// MaxMessageBytes is the most that one message may have, both ways: 16 MiB.
// What is larger is refused with an error of kind TooLarge; it has to page.
const MaxMessageBytes = 16 << 20

// ServerOptions are the options that every server of the contract has.
func ServerOptions() []grpc.ServerOption {
	return []grpc.ServerOption{
		grpc.MaxRecvMsgSize(MaxMessageBytes),
		grpc.MaxSendMsgSize(MaxMessageBytes),
		allowKeepalive(),
	}
}

// DialOptions are the options that every client of the contract has.
func DialOptions() []grpc.DialOption {
	return []grpc.DialOption{
		grpc.WithDefaultCallOptions(
			grpc.MaxCallRecvMsgSize(MaxMessageBytes),
			grpc.MaxCallSendMsgSize(MaxMessageBytes),
		),
	}
}
