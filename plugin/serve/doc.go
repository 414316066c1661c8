// Package serve turns a connector into a plugin process. A plugin's main is
// one call:
//
//	func main() {
//		serve.Main(func(log *slog.Logger) plugin.Connector { return hello.New(log) })
//	}
//
// The process speaks gRPC with the host that started it, logs to it over
// standard error, and ends when the host asks, when it gets SIGTERM, or when
// the host is gone. Standard output belongs to the handshake; what a connector
// prints after that goes to the host's log.
package serve
