package wire

import (
	"context"
	"errors"
	"testing"
	"time"

	"google.golang.org/grpc"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/internal/wire/pb"
)

// gated serves a connector whose Invoke waits for a token, behind a gate.
func gated(t *testing.T) (*Gate, *grpc.ClientConn, plugin.Connector, chan struct{}) {
	t.Helper()
	gate, token := NewGate(), make(chan struct{})
	r := &recorder{invoke: func(context.Context, func(*plugin.Event) error) (*plugin.Result, error) {
		<-token
		return &plugin.Result{}, nil
	}}
	conn := dial(t, func(s *grpc.Server) {
		pb.RegisterProcessServiceServer(s, gate)
		RegisterConnector(s, r, nil)
	}, gate.ServerOptions()...)
	return gate, conn, NewConnectorClient(conn, nil), token
}

// busy makes a call and waits until it is in flight.
func busy(t *testing.T, gate *Gate, c plugin.Connector) (ended chan error) {
	t.Helper()
	ended = make(chan error, 1)
	go func() {
		_, err := c.Invoke(t.Context(), &plugin.InvokeRequest{}, nil)
		ended <- err
	}()
	for gate.Calls() == 0 {
		time.Sleep(time.Millisecond)
	}
	return ended
}

// TestGateRefuses shuts a gate while a call is in flight.
func TestGateRefuses(t *testing.T) {
	gate, conn, c, token := gated(t)
	told := make(chan bool, 1)
	go func() { told <- AwaitEnd(t.Context(), conn) }()
	ended := busy(t, gate, c)
	idle := gate.Shut(true)
	if !<-told {
		t.Error("the host is not told")
	}
	_, unary := c.Check(t.Context(), &plugin.CheckRequest{})
	_, stream := c.Invoke(t.Context(), &plugin.InvokeRequest{}, nil)
	for how, err := range map[string]error{"Check": unary, "Invoke": stream} {
		e := plugin.AsError(err)
		if e == nil || !errors.Is(err, ErrEnding) || e.Effect != plugin.EffectNone || !e.Retryable || e.Hint == "" {
			t.Errorf("%s = %+v, want ErrEnding, without effect", how, e)
		}
	}
	select {
	case <-idle:
		t.Error("idle with a call in flight")
	default:
	}
	close(token)
	if err := <-ended; err != nil {
		t.Errorf("the call in flight = %v", err)
	}
	<-idle
	if _, err := c.Close(t.Context(), &plugin.CloseRequest{}); err != nil {
		t.Errorf("Close = %v, want it let through", err)
	}
}

// TestGateOfAnOlderHost lets calls through: nobody would make them again.
func TestGateOfAnOlderHost(t *testing.T) {
	gate, _, c, token := gated(t)
	ended := busy(t, gate, c)
	idle := gate.Shut(false)
	if _, err := c.Check(t.Context(), &plugin.CheckRequest{}); err != nil {
		t.Errorf("a call after the gate was shut = %v", err)
	}
	close(token)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	<-idle
	if _, err := c.Invoke(t.Context(), &plugin.InvokeRequest{}, nil); err != nil {
		t.Errorf("a call after the last = %v", err)
	}
}

// TestAwaitEndOfAnOlderPlugin asks one that has no such service.
func TestAwaitEndOfAnOlderPlugin(t *testing.T) {
	if AwaitEnd(t.Context(), dial(t, func(*grpc.Server) {})) {
		t.Error("a plugin that cannot say so was told to end")
	}
}
