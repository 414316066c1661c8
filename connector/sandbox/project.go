package sandbox

import (
	"slices"
	"strings"

	"github.com/linkstep/linkstep/connector/sandbox/internal/protocol"
)

// pick returns the entity with the fields that the call asks for, or with the default ones. Asking
// for a field that is not allowed refuses the call.
func (c *call) pick(entity map[string]any, mask *protocol.Mask, allowed, byDefault []string) (map[string]any, *apiError) {
	if mask == nil {
		kept := map[string]any{}
		for _, name := range byDefault {
			if value, ok := entity[name]; ok {
				kept[name] = value
			}
		}
		return kept, nil
	}
	for _, f := range mask.Fields {
		if !slices.Contains(allowed, f.Name) {
			refusal := unpermitted(f.Name)
			return nil, &refusal
		}
	}
	return c.project(entity, mask), nil
}

// project returns the part of an object that a mask asks for, and expands what it decorates.
func (c *call) project(object map[string]any, mask *protocol.Mask) map[string]any {
	kept := map[string]any{}
	for _, f := range mask.Fields {
		if f.Name == "$*" {
			for name, value := range object {
				kept[name] = c.projectValue(value, f)
			}
			continue
		}
		value, ok := object[f.Name]
		if !ok {
			continue
		}
		kept[f.Name] = c.projectValue(value, f)
		for _, d := range f.Decorations {
			c.decorate(kept, f.Name, value, d)
		}
	}
	return kept
}

// projectValue applies the mask of a field to its value, or to each item of it.
func (c *call) projectValue(value any, f protocol.MaskField) any {
	switch v := value.(type) {
	case map[string]any:
		if f.Mask == nil {
			return v
		}
		if !f.Each {
			return c.project(v, f.Mask)
		}
		kept := map[string]any{}
		for name, item := range v {
			kept[name] = c.projectValue(item, protocol.MaskField{Mask: f.Mask})
		}
		return kept
	case []any:
		kept := make([]any, len(v))
		for i, item := range v {
			kept[i] = c.projectValue(item, protocol.MaskField{Mask: f.Mask})
		}
		return kept
	}
	return value
}

// decorate adds name~ beside a URN, or name! when it cannot be expanded.
func (c *call) decorate(kept map[string]any, name string, value any, d protocol.Decoration) {
	urn, ok := value.(string)
	if !ok {
		return
	}
	expanded, problem := c.expand(urn, d.Mask)
	if problem != nil {
		kept[name+"!"] = problem
	} else if expanded != nil {
		kept[name+"~"] = expanded
	}
}

// expand returns what a URN stands for; nil for a kind that cannot be expanded.
func (c *call) expand(urn string, mask *protocol.Mask) (any, *apiError) {
	switch {
	case strings.HasPrefix(urn, assetPrefix):
		if c.quirks.ThrottledPictures {
			return nil, throttledField()
		}
		streams := playableStreams(urn, c.now)
		if mask == nil {
			return streams, nil
		}
		return c.project(streams, mask), nil
	case strings.HasPrefix(urn, "urn:li:person:"):
		return c.expandPerson(strings.TrimPrefix(urn, "urn:li:person:"), mask)
	case strings.HasPrefix(urn, "urn:li:emailAddress:"):
		return c.expandHandle(urn)
	}
	return nil, nil
}

// expandPerson shows another member within an answer.
func (c *call) expandPerson(id string, mask *protocol.Mask) (any, *apiError) {
	member, found := c.server.ids.member(c.token.client.ID, id)
	if !found {
		return nil, &noEntity
	}
	entity, refusal := c.pick(c.entity(member), mask, basicFields, cardFields)
	if refusal != nil {
		return nil, refusal
	}
	return entity, nil
}

// cardFields are what an expanded member shows unless the projection says otherwise.
var cardFields = []string{"id", "localizedFirstName", "localizedLastName", "localizedHeadline", "vanityName", "profilePicture"}
