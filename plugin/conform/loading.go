package conform

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/linkstep/linkstep/plugin"
)

// loadAdvice is what the author should change where a connector cannot be
// loaded. The hints of the host are for those who use the connector.
func (s *subject) loadAdvice(e *plugin.Error) string {
	switch {
	case strings.Contains(e.Detail, "error calling MarshalJSON for type json.RawMessage"): // of encoding/json, on the connector's side
		return "A schema or an example of the description is no JSON. Run the kit in a test, with host.Direct: that way it names which."
	case e.Kind == plugin.Internal || e.Kind == plugin.Unknown:
		return cmp.Or(s.adviceFor(e), "Describe or Open returned this error. Neither needs a network, a file or a connection: keep what may fail for Connect and Invoke.")
	case e.Kind == plugin.PluginIncompatible && e.Source == plugin.SourceConnector:
		return "Set Description.Name to up to 40 lower-case letters, digits and dashes, a letter first, and not host."
	case e.Kind == plugin.PluginIncompatible:
		return "Build it against the version of Linkstep that it is to run under."
	case e.Kind == plugin.PluginUnresponsive:
		return "Let Describe and Open return at once: neither waits for a network, a file or a lock."
	}
	return cmp.Or(e.Hint, "Return this from neither Describe nor Open: they succeed without a connection.")
}

// notJSON names the parts of a description that are no JSON.
func notJSON(d *plugin.Description) error {
	var wrong findings
	look := func(what string, text json.RawMessage) {
		if len(text) > 0 && !json.Valid(text) {
			wrong.add("%s is no JSON: %v", what, json.Unmarshal(text, new(any)))
		}
	}
	look("the schema config", d.ConfigSchema)
	for _, a := range d.Actions {
		look("the schema "+a.Name+".input", a.Input)
		look("the schema "+a.Name+".output", a.Output)
		for i, e := range a.Examples {
			look(fmt.Sprintf("the input of example %d of %s", i+1, a.Name), e.Input)
			look(fmt.Sprintf("the output of example %d of %s", i+1, a.Name), e.Output)
		}
	}
	return wrong.fault("Correct it: every schema and example of the description must be JSON.")
}
