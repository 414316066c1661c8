package conform

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/linkstep/linkstep/plugin"
)

func listsOptions(ctx context.Context, s *subject) error {
	if !s.has(plugin.CapabilityOptions) {
		return notRun("it does not have the capability options")
	}
	if s.login != nil {
		return s.login
	}
	var last error
	for i := range s.desc.Actions {
		in := s.schemas[s.desc.Actions[i].Name+".input"]
		if in == nil {
			last = notRun("the schema of %s's input cannot be read: see under describe", s.desc.Actions[i].Name)
			continue
		}
		for _, p := range in.properties() {
			res, err := s.options(ctx, s.conn, &plugin.OptionsRequest{Action: s.desc.Actions[i].Name, Pointer: p.pointer, Input: json.RawMessage("{}")})
			if isVerdict(err) {
				return err
			}
			if err == nil {
				return optionsFit(in, p, res)
			}
			if plugin.KindOf(err) == plugin.PluginCrashed { // what it was doing before may be to blame
				return notRun("the process ended before it answered, which is told of the process")
			}
			if !isVerdict(last) {
				last = err
			}
			if kind := plugin.KindOf(err); kind == plugin.Internal || kind == plugin.Unknown {
				return s.unexpected(err, "Answer Options for a field without choices with an error of kind invalid_input.")
			}
		}
	}
	if isVerdict(last) {
		return last
	}
	if last == nil {
		last = errors.New("no action has a field")
	}
	s.seen.judged(last)
	return faultf("List the capability options only when a field has choices.", "no field has choices: %s", say(last))
}

func optionsFit(in *schema, p property, res *plugin.OptionsResponse) error {
	var wrong findings
	for i, o := range res.Options {
		if o.Label == "" {
			wrong.add("choice %d of %s has no label", i+1, p.pointer)
		}
		var value any
		if err := json.Unmarshal(o.Value, &value); err != nil {
			wrong.add("choice %d of %s is no JSON: %v", i+1, p.pointer, err)
		} else if misfit := fitsProperty(in, p, json.RawMessage(o.Value)); misfit != "" {
			wrong.add("choice %d of %s cannot be chosen: %s", i+1, p.pointer, misfit)
		}
	}
	return wrong.fault("A choice has a label for a person and a value that fits the field's schema.")
}
