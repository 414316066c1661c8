package wire

import "google.golang.org/grpc"

// MaxMessageBytes is the most that one message may have, both ways: 16 MiB.
// What is larger is refused with an error of kind TooLarge; it has to page.
const MaxMessageBytes = 16 << 20

// windowBytes is what may be on its way in all calls of a connection; in one of
// them it is gRPC's own 64 KiB, or the message that is being read. Windows that
// do not change spare the pings with which gRPC finds out how large they should
// be: they follow every message, and what they would measure is a network.
const windowBytes = 1 << 20

// ServerOptions are the options that every server of the contract has.
func ServerOptions() []grpc.ServerOption {
	return []grpc.ServerOption{
		grpc.MaxRecvMsgSize(MaxMessageBytes),
		grpc.MaxSendMsgSize(MaxMessageBytes),
		allowKeepalive(),
		grpc.ForceServerCodecV2(newTextCodec()),
		grpc.StaticConnWindowSize(windowBytes),
	}
}

// DialOptions are the options that every client of the contract has.
func DialOptions() []grpc.DialOption {
	return []grpc.DialOption{
		grpc.WithStaticConnWindowSize(windowBytes),
		grpc.WithDefaultCallOptions(
			grpc.MaxCallRecvMsgSize(MaxMessageBytes),
			grpc.MaxCallSendMsgSize(MaxMessageBytes),
		),
	}
}
