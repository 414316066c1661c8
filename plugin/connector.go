package plugin

import "context"

// Protocol is the major version of the contract. A host serves this one and
// the one before it.
const Protocol = 1

// Connector is what a plugin process serves: one connector version and many
// connections. All methods may be called concurrently, except that Open comes
// first (only Describe may precede it) and Close last. Every error is an
// [*Error] or wraps one, a context's error counts as [Canceled] or [Deadline].
type Connector interface {
	// Describe says what the connector is and offers. It needs no network, no
	// connection and no Open.
	Describe(ctx context.Context, req *DescribeRequest) (*Description, error)

	// Open lends the connector what the host offers. It is called once.
	Open(ctx context.Context, req *OpenRequest) (*OpenResponse, error)

	// Connect gives the process a connection. It is idempotent: the same
	// connection again changes nothing, a changed one replaces the old, whose
	// calls in flight end undisturbed. A setting that does not fit is an error
	// of kind [InvalidConfig] with every violation in it.
	Connect(ctx context.Context, req *ConnectRequest) (*ConnectResponse, error)

	// Disconnect takes a connection away and drops what the process holds of
	// it in memory. An unknown connection is no error.
	Disconnect(ctx context.Context, req *DisconnectRequest) (*DisconnectResponse, error)

	// Authorize runs one step of logging a connection in.
	Authorize(ctx context.Context, req *AuthorizeRequest) (*AuthorizeResponse, error)

	// Check tells the state of a connection. It never spends a refresh token.
	Check(ctx context.Context, req *CheckRequest) (*CheckResponse, error)

	// Invoke runs an action. It calls emit, which may be nil, for events on
	// the way, from one goroutine at a time, and not after it has returned. An
	// error of emit ends the action.
	Invoke(ctx context.Context, req *InvokeRequest, emit func(*Event) error) (*Result, error)

	// Options lists the choices for one field of an action's input.
	Options(ctx context.Context, req *OptionsRequest) (*OptionsResponse, error)

	// Usage tells how much of each daily budget a connection has used.
	Usage(ctx context.Context, req *UsageRequest) (*UsageResponse, error)

	// Close ends what the connector started and waits for it. Calls still in
	// flight are canceled.
	Close(ctx context.Context, req *CloseRequest) (*CloseResponse, error)
}

// DescribeRequest is empty today.
type DescribeRequest struct{}

// OpenRequest carries the services of the host.
type OpenRequest struct {
	Store        Store    // nil: the connector keeps its state in memory and says so in a diagnostic
	Capabilities []string // optional parts of the contract that the host has, [CapabilityDrain] for example
}

// OpenResponse is empty today.
type OpenResponse struct{}

// CloseRequest is empty today.
type CloseRequest struct{}

// CloseResponse is empty today.
type CloseResponse struct{}
