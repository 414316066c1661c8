package connector

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/linkstep/linkstep/connector/oauth"
	"github.com/linkstep/linkstep/connector/quota"
	"github.com/linkstep/linkstep/plugin"
)

// actions tells of each action whether it can be used.
func (k *checkup) actions(ctx context.Context) error {
	now := k.conn.clock.now()
	budgets, err := k.s.ledger.Usage(ctx)
	if err != nil {
		return classify(err, &situation{connection: k.conn.name, ended: ctx.Err()})
	}
	for i := range k.conn.owner.actions {
		spec := &k.conn.owner.actions[i].spec
		st := plugin.ActionStatus{Action: spec.Name, Status: plugin.Usable}
		on, scopes, products := k.needs(spec)
		switch {
		case k.token == nil && k.none.Reason == oauth.ReasonNoToken:
			st.Status, st.Reason = plugin.Unusable, "nobody has logged in"
		case k.token == nil, k.over:
			st.Status, st.Reason = plugin.Unusable, "the login has ended"
		case k.s.account.Own && ofMembers(on):
			e := k.s.noMember()
			st.Status, st.Reason, st.Hint = plugin.Unusable, e.Message, e.Hint
		case k.s.scoped(on, k.token.Scopes, scopes) != nil:
			k.refuse(&st, on, lackingScopes(k.token.Scopes, scopes))
		case spec.Access == plugin.AccessPartner:
			if err := k.partner(ctx, &st, on, products, now); err != nil {
				return err
			}
		}
		k.usedUp(&st, budgets)
		k.res.Actions = append(k.res.Actions, st)
	}
	return nil
}

// usedUp says of an action that could be used that today it cannot, because a
// budget is used up that its calls count in.
func (k *checkup) usedUp(st *plugin.ActionStatus, budgets []quota.Usage) {
	if st.Status == plugin.Unusable {
		return
	}
	called := k.conn.settings.endpoints(st.Action)
	if st.Action == "get_profile" { // one of two, after what was granted
		endpoint, _ := k.s.profileEndpoint(k.token.Scopes, wanted(nil, k.token.Scopes))
		called = []string{"GET " + endpoint}
	}
	for _, u := range budgets {
		if !u.Refusing || u.Endpoint != quota.AllEndpoints && !slices.Contains(called, u.Endpoint) {
			continue
		}
		st.Status = plugin.Unusable
		st.Reason = usedUpWords(u.Scope, u.Endpoint)
		st.Hint = "Run again after midnight UTC: " + u.ResetsAt.UTC().Format(time.RFC3339) + " by LinkedIn's clock."
	}
}

// refuse says that an action cannot be used, what is missing by name, and what
// helps.
func (k *checkup) refuse(st *plugin.ActionStatus, on target, missing string) {
	e := (&situation{target: on, connection: k.conn.name}).noAccess()
	st.Status, st.Reason, st.Hint = plugin.Unusable, e.Message+"; missing: "+missing, e.Hint
}

// needs is what an action asks for, the scopes of which it needs one set, and
// the products that the application needs.
func (k *checkup) needs(spec *plugin.ActionSpec) (on target, scopes [][]string, products []string) {
	switch spec.Name {
	case searchPeopleName:
		way := strategyOf(k.conn.settings.Search.Strategy)
		if way.target == targetSearch {
			return way.target, way.scopes, spec.Products
		}
		return way.target, way.scopes, []string{productOf(way.scopes[0][0])}
	case "list_connections":
		return targetConnections, spec.Scopes, spec.Products
	case "count_connections":
		return targetCount, spec.Scopes, spec.Products
	case "get_profile":
		return targetProfile, spec.Scopes, spec.Products
	}
	return targetPeople, spec.Scopes, spec.Products
}

// partner tells of an action that only approved applications may use: what
// came of it when it was tried is all that can be known.
func (k *checkup) partner(ctx context.Context, st *plugin.ActionStatus, on target, products []string, now time.Time) error {
	t, tried, err := k.conn.access.last(ctx, k.s.trialOf(st.Action), now)
	if err != nil {
		return err
	}
	if !tried {
		st.Status = plugin.Untried
		st.Reason = "LinkedIn allows it to approved applications only (" + productWords(products) + "); it was not tried in the last day"
		return nil
	}
	at := t.At.UTC()
	st.Since = &at
	if !t.OK {
		k.refuse(st, on, productWords(products))
	}
	return nil
}

// lackingScopes names what a login lacks of the first of the sets of scopes,
// which is the usual one, with the products that give it.
func lackingScopes(granted []string, sets [][]string) string {
	var words []string
	for _, scope := range sets[0] {
		if !slices.Contains(granted, scope) {
			words = append(words, fmt.Sprintf("scope %s (%s)", scope, productWords([]string{productOf(scope)})))
		}
	}
	return strings.Join(words, ", ")
}

// productOf is the product that gives a scope.
func productOf(scope string) string {
	for _, s := range authScopes() {
		if s.Name == scope {
			return s.Product
		}
	}
	return ""
}

func productWords(products []string) string {
	var words []string
	for _, p := range products {
		words = append(words, fmt.Sprintf("product %q", p))
	}
	return strings.Join(words, ", ")
}
