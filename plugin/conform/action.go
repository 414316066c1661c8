package conform

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/linkstep/linkstep/plugin"
)

// snake is the form of an action's name.
var snake = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)

func actionsAreNamed(_ context.Context, s *subject) error {
	if len(s.desc.Actions) == 0 {
		return faultf("List what it can do in Description.Actions.", "the connector has no action")
	}
	var wrong findings
	names := map[string]bool{}
	for _, a := range s.desc.Actions {
		switch {
		case !snake.MatchString(a.Name):
			wrong.add("the name %q is not in snake_case", a.Name)
		case names[a.Name]:
			wrong.add("there are two actions %s", a.Name)
		}
		names[a.Name] = true
		if strings.TrimSpace(a.Title) == "" {
			wrong.add("%s has no title", a.Name)
		}
		if strings.TrimSpace(a.Description) == "" {
			wrong.add("%s has no description", a.Name)
		}
	}
	return wrong.fault("Name each action once, in snake_case, with a title and a description for a person without code.")
}

func effectsAgree(_ context.Context, s *subject) error {
	var wrong findings
	for _, a := range s.desc.Actions {
		switch a.Effect {
		case plugin.EffectRead:
			if !a.Idempotent {
				wrong.add("%s reads, but is not idempotent", a.Name)
			}
			if a.Keyed {
				wrong.add("%s reads, but is keyed", a.Name)
			}
		case plugin.EffectCreate, plugin.EffectUpdate, plugin.EffectDelete:
		default:
			wrong.add("%s has the effect %q: it is READ, CREATE, UPDATE or DELETE", a.Name, a.Effect)
		}
		if a.Access != plugin.AccessOpen && a.Access != plugin.AccessPartner {
			wrong.add("%s has the access %q: it is open or partner", a.Name, a.Access)
		}
		if a.Cost < 0 {
			wrong.add("%s has a negative cost", a.Name)
		}
		if !slices.Contains([]plugin.DataSubject{plugin.SubjectSelf, plugin.SubjectOthers, plugin.SubjectNone}, a.Data.Subject) {
			wrong.add("%s returns data of %q: it is of self, others or none", a.Name, a.Data.Subject)
		}
	}
	return wrong.fault("An engine decides by these whether it may repeat a step: a read changes nothing, so it is idempotent and needs no key.")
}

// byHost are the kinds that only a host makes.
var byHost = []plugin.Kind{plugin.PluginCrashed, plugin.PluginUnresponsive, plugin.PluginStart, plugin.PluginIncompatible, plugin.PluginTampered}

func errorKindsListed(_ context.Context, s *subject) error {
	var wrong findings
	for _, a := range s.desc.Actions {
		if len(a.ErrorKinds) == 0 {
			wrong.add("%s lists no error kinds", a.Name)
		}
		for i, k := range a.ErrorKinds {
			switch {
			case k == plugin.Unknown:
				wrong.add("%s lists the kind unknown, which is a bug to classify", a.Name)
			case slices.Contains(byHost, k):
				wrong.add("%s lists the kind %s, which only a host makes", a.Name, k)
			case slices.Contains(a.ErrorKinds[:i], k):
				wrong.add("%s lists the kind %s twice", a.Name, k)
			}
		}
	}
	return wrong.fault("List every kind that the action itself can end in, canceled and deadline too.")
}

// pagingInputs are what an action that pages takes, as plugin.Paging says.
var pagingInputs = []string{"page_size", "cursor", "max_items", "max_calls"}

func pagingFields(_ context.Context, s *subject) error {
	var wrong findings
	paging := false
	for _, a := range s.desc.Actions {
		if a.Paging == nil {
			continue
		}
		paging = true
		in, out := s.schemas[a.Name+".input"], s.schemas[a.Name+".output"]
		if in == nil || out == nil {
			continue // no schema: that is a case of its own
		}
		if field := out.property(a.Paging.Field); field == nil || !slices.Equal(types(field), []string{"array"}) {
			wrong.add("the output of %s has no list %q, which its paging names", a.Name, a.Paging.Field)
		}
		if out.property("next_cursor") == nil {
			wrong.add("the output of %s has no next_cursor", a.Name)
		}
		for _, name := range pagingInputs {
			if in.property(name) == nil {
				wrong.add("the input of %s has no %s", a.Name, name)
			}
		}
		if most, ok := number(in.property("page_size"), "maximum"); !ok || most != int64(a.Paging.MaxPageSize) {
			wrong.add("%s pages by %d at most, and the maximum of its page_size is another", a.Name, a.Paging.MaxPageSize)
		}
	}
	if !paging {
		return notRun("no action pages")
	}
	return wrong.fault("An action with Paging takes " + strings.Join(pagingInputs, ", ") + " and gives next_cursor beside the list that Paging.Field names.")
}
