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
//
// When the host is gone the process ends within a second, from the first line
// of Main on and whatever the connector is doing, and takes with it what it has
// started in its process group. A child that must outlive it needs a group of
// its own.
//
// On SIGTERM it takes no new calls, which the host makes to a new process
// instead, gives those in flight five seconds, closes the connector, which
// cancels what is left, and ends with status 0. SIGINT is for the host.
//
// A panic in a call is that call's error. A panic in a goroutine that the
// connector starts ends the process, as in every Go program; the host puts its
// head into the errors of the calls in flight and starts the process anew. No
// helper here recovers it, as a connector does not import this package, and
// memory that such a goroutine has left half-written is better lost. Where its
// work is one call's alone and the process should survive it, the goroutine
// recovers by itself and the call returns what came of it:
//
//	done := make(chan error, 1)
//	go func() {
//		defer func() {
//			if v := recover(); v != nil {
//				log.Error("a panic", "type", fmt.Sprintf("%T", v), "stack", string(debug.Stack()))
//				done <- errors.New("a goroutine of the call panicked")
//			}
//		}()
//		done <- work(ctx)
//	}()
//
// The value of a panic may hold a secret; log its type and the stack.
//
// The Go runtime heeds GOMEMLIMIT, which the host sets or passes on. The
// context of Invoke has the caller's span, of OpenTelemetry's API, so that a
// connector's own spans become its children; exporting them is up to the
// connector.
package serve
