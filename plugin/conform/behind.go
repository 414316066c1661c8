package conform

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/linkstep/linkstep/plugin"
)

// behindHost lets f ask the connector what a host would answer itself: the
// description that the host goes by has one action more, and is f's to change
// further until f returns. Over gRPC the description is a copy that belongs to this run
// alone; a connector that is called directly might go by it too.
func (s *subject) behindHost(f func(*plugin.Description) error) error {
	if s.src.Kind == "direct" {
		return notRun("called directly, the host answers this before the connector is asked; run the kit over gRPC")
	}
	desc := s.plugin.Description()
	actions, auth := desc.Actions, desc.Auth
	defer func() { desc.Actions, desc.Auth = actions, auth }()
	desc.Actions = append(slices.Clone(actions), plugin.ActionSpec{
		Name: noAction, Effect: plugin.EffectRead, Input: json.RawMessage(`{}`), Output: json.RawMessage(`{}`),
	})
	if _, err := s.plugin.Action(noAction); err != nil {
		return notRun("the host answers this before the connector is asked")
	}
	return f(desc)
}

// noAction and noConnection are names that no connector knows.
const (
	noAction     = "conform_no_such_action"
	noConnection = "conform-no-such-connection"
)

func refusesUnknownAction(ctx context.Context, s *subject) error {
	return s.behindHost(func(desc *plugin.Description) error {
		if s.conn == nil {
			desc.Auth = nil // or the host would want a connection
		}
		_, err := s.invoke(ctx, s.conn, input(noAction, json.RawMessage(`{}`)), nil)
		return s.wantKind(err, "an action that there is not", "Return an error of kind unknown_name that names the actions there are.", plugin.UnknownName)
	})
}

func refusesUnknownConnection(ctx context.Context, s *subject) error {
	if s.desc.Auth == nil {
		return notRun("the connector needs no connection")
	}
	spec, example := s.anyExample()
	if example == nil {
		return notRun("no action that reads has an example that works")
	}
	return s.behindHost(func(desc *plugin.Description) error {
		desc.Auth = nil // as above
		req := input(spec.Name, example.Input)
		req.Connection = noConnection
		_, err := s.invoke(ctx, nil, req, nil)
		return s.wantKind(err, "a connection that there is not", "Return an error of kind unknown_name when the connection was not given with Connect before.", plugin.UnknownName)
	})
}
