package connector

import (
	"context"
	"time"

	"github.com/linkstep/linkstep/connector/cache"
	"github.com/linkstep/linkstep/connector/restli"
	"github.com/linkstep/linkstep/plugin"
)

// CountConnectionsInput is the input of count_connections.
type CountConnectionsInput struct {
	MaxAgeSeconds *int64 `json:"max_age_seconds,omitempty" jsonschema:"title=Not older than,minimum=0,maximum=86400,default=300,example=300" jsonschema_description:"How old an answer from memory may be, in seconds. 0 always asks LinkedIn, which costs a call of the daily limit."`
}

// CountConnectionsOutput is the output of count_connections.
type CountConnectionsOutput struct {
	Count int64 `json:"count" jsonschema:"title=Count,minimum=0,maximum=1000000000,example=512" jsonschema_description:"How many connections of the first degree the account has."`
}

// size implements answer.
func (*CountConnectionsOutput) size() int { return 64 }

func countConnections() action {
	return newAction(plugin.ActionSpec{
		Name: "count_connections", Version: "1.0.0", Title: "Count connections",
		Description: "Tells how many connections the account has. LinkedIn opens this to approved applications only.",
		Effect:      plugin.EffectRead, Idempotent: true, Access: plugin.AccessPartner, Cost: 1,
		Scopes: countScopes(), Products: []string{productCommunity},
		Examples: []plugin.Example{{
			Title: "How many", Input: []byte(`{}`), Output: []byte(`{"count":512}`),
		}},
		ErrorKinds: readErrors(),
		Data: plugin.Data{
			Subject: plugin.SubjectSelf, MayStore: true,
			Source: "https://learn.microsoft.com/linkedin/marketing/data-storage-requirements",
		},
	}, runCountConnections)
}

// countScopes are the scopes of which one shows how many connections there
// are: who may list them may count them.
func countScopes() [][]string { return append([][]string{{scopeSize}}, connectionScopes()...) }

// runCountConnections asks for a page without people, whose total is the count.
func runCountConnections(ctx context.Context, s *session, in *CountConnectionsInput) (*CountConnectionsOutput, error) {
	tok, err := s.tokens.Token(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.scoped(targetCount, tok.Scopes, countScopes()); err != nil {
		return nil, err
	}
	count, err := remember(ctx, s, "connections/count", maxAge(in.MaxAgeSeconds, personAge), s.askCount)
	if err == nil && s.account.ID != "" {
		meterOf(ctx).gave(personURN(s.account.ID))
	}
	return count, err
}

// askCount asks how many connections there are.
func (s *session) askCount(ctx context.Context) (*CountConnectionsOutput, time.Duration, error) {
	body, err := s.ask(ctx, &question{action: "count_connections", target: targetCount, call: restli.Call{
		Method: restli.Finder, Path: pathConnections, Name: finderConnections,
		Query: restli.Query{{Name: "start", Value: restli.Int(0)}, {Name: "count", Value: restli.Int(0)}},
	}})
	if err != nil {
		return nil, 0, err
	}
	list, err := restli.DecodeCollection(body)
	if err == nil && (totalOf(list) == nil || *totalOf(list) < 0) {
		err = &restli.ShapeError{Want: "count of connections", Reason: "paging.total is missing"}
	}
	if err != nil {
		return nil, 0, classify(err, &situation{target: targetCount})
	}
	return &CountConnectionsOutput{Count: *totalOf(list)}, cache.MaxAge, nil
}
