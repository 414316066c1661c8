package connector

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/schemas"
)

// action is one thing that the connector does.
type action struct {
	spec plugin.ActionSpec
	run  func(ctx context.Context, s *session, input json.RawMessage) (output any, err error)
}

// actions lists all actions, in the order in which they are shown.
func actions() []action {
	list := []action{getProfile(), searchPeople(), getPerson(), getPeople(), listConnections(), countConnections()}
	for i := range list {
		spec := &list[i].spec
		spec.Input = schemas.Read(spec.Name + ".input")
		spec.Output = schemas.Read(spec.Name + ".output")
	}
	return list
}

// newAction makes an action of a function with typed input and output.
func newAction[In, Out any](spec plugin.ActionSpec, run func(context.Context, *session, *In) (*Out, error)) action {
	return action{spec: spec, run: func(ctx context.Context, s *session, input json.RawMessage) (any, error) {
		var in In
		if err := decodeInput(input, &in); err != nil {
			return nil, err
		}
		out, err := run(ctx, s, &in)
		if err != nil {
			return nil, err // not a nil *Out in an interface
		}
		return out, nil
	}}
}

// decodeInput reads an input that the host has checked against the schema
// already; a caller without a host is told at least what does not decode.
func decodeInput(input json.RawMessage, in any) error {
	if text := bytes.TrimSpace(input); len(text) == 0 || string(text) == "{}" {
		return nil // nothing is set
	}
	d := json.NewDecoder(bytes.NewReader(input))
	d.DisallowUnknownFields()
	err := d.Decode(in)
	if err == nil {
		if _, rest := d.Token(); errors.Is(rest, io.EOF) {
			return nil
		}
		err = errors.New("more than one JSON document")
	}
	e := invalidInput("", "the input does not fit: "+err.Error())
	var mismatch *json.UnmarshalTypeError
	if errors.As(err, &mismatch) && mismatch.Field != "" {
		e.Pointer = "/" + mismatch.Field
		e.Message = "the input does not fit: " + wrongType(err)
	}
	return e
}

// invalidInput is an error about one field of an input.
func invalidInput(pointer, message string) *plugin.Error {
	return &plugin.Error{
		Kind: plugin.InvalidInput, Source: plugin.SourceUser, Effect: plugin.EffectNone,
		Pointer: pointer, Message: message,
		Hint: "See the fields with: linkstep describe linkedin",
	}
}

// readErrors are the kinds of error that every read may end in.
func readErrors(more ...plugin.Kind) []plugin.Kind {
	return append([]plugin.Kind{
		plugin.InvalidInput, plugin.Reauthorize, plugin.Forbidden, plugin.QuotaExhausted, plugin.RateLimited,
		plugin.Unavailable, plugin.Timeout, plugin.BadUpstream, plugin.Canceled, plugin.Deadline, plugin.StoreUnavailable,
	}, more...)
}
