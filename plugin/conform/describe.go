package conform

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/linkstep/linkstep/plugin"
)

// loadCase is the one case that runs without a loaded connector.
const loadCase = "it can be loaded"

func describeCases(*subject) []testCase {
	return []testCase{
		{loadCase, loads},
		{"it says what it is", saysWhatItIs},
		{"its version is a semantic version", hasVersion},
		{"it was built with this protocol", hasProtocol},
		{"it lists only capabilities that there are", hasCapabilities},
		{"it describes itself in the same way each time", describesTheSame},
		{"its actions are named and explained", actionsAreNamed},
		{"an action's effect and its promises agree", effectsAgree},
		{"each action lists its error kinds", errorKindsListed},
		{"an action that pages has the fields for it", pagingFields},
		{"its schemas are JSON Schema 2020-12", schemasCompile},
		{"inputs and settings are closed objects, outputs open ones", schemaRoots},
		{"each property is explained", propertiesExplained},
		{"each property of an input or a setting is bounded", propertiesBounded},
		{"defaults and examples of properties fit", samplesFit},
		{"examples of actions fit their schemas", examplesFit},
		{"settings that are secret are writeOnly", secretsMarked},
		{"its way of logging in is described", authDescribed},
	}
}

func loads(_ context.Context, s *subject) error {
	if s.loadErr == nil || isVerdict(s.loadErr) {
		return s.loadErr
	}
	e := *plugin.AsError(s.loadErr)
	advice := s.loadAdvice(&e)
	e.Hint = "" // it is the advice, or for somebody else
	return faultf(advice, "%s", say(&e))
}

func saysWhatItIs(_ context.Context, s *subject) error {
	var missing findings
	for _, field := range []struct{ name, value string }{
		{"display_name", s.desc.DisplayName}, {"summary", s.desc.Summary}, {"about.author", s.desc.About.Author},
	} {
		if strings.TrimSpace(field.value) == "" {
			missing.add("the description has no %s", field.name)
		}
	}
	return missing.fault("Say it in Describe: people choose a connector by it.")
}

// semver is the pattern of semver.org, without names for its parts.
var semver = regexp.MustCompile(`^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$`)

func hasVersion(_ context.Context, s *subject) error {
	var wrong findings
	if !semver.MatchString(s.desc.Version) {
		wrong.add("the connector's version is %q", s.desc.Version)
	}
	for _, a := range s.desc.Actions {
		if !semver.MatchString(a.Version) {
			wrong.add("the version of %s is %q", a.Name, a.Version)
		}
	}
	return wrong.fault("Write MAJOR.MINOR.PATCH without a v, for example 1.4.2 (semver.org).")
}

func hasProtocol(_ context.Context, s *subject) error {
	if s.desc.Protocol != plugin.Protocol {
		return faultf("Describe with Protocol: plugin.Protocol.", "the description says protocol %d, this kit is for protocol %d", s.desc.Protocol, plugin.Protocol)
	}
	return nil
}

func hasCapabilities(_ context.Context, s *subject) error {
	known := []string{plugin.CapabilityOptions, plugin.CapabilityUsage}
	var wrong findings
	for i, c := range s.desc.Capabilities {
		switch {
		case !slices.Contains(known, c):
			wrong.add("there is no capability %q", c)
		case slices.Contains(s.desc.Capabilities[:i], c):
			wrong.add("the capability %q is listed twice", c)
		}
	}
	return wrong.fault("The capabilities are " + strings.Join(known, " and ") + ", each listed once where its method answers.")
}

// has reports whether the connector says that it has a capability.
func (s *subject) has(capability string) bool {
	return slices.Contains(s.desc.Capabilities, capability)
}

func describesTheSame(ctx context.Context, s *subject) error {
	if !s.isProcess() {
		return notRun("a connector in this process describes itself once; run the kit on its binary")
	}
	p, err := s.another(ctx)
	if err != nil {
		return err
	}
	again, err := json.Marshal(p.Description())
	if err != nil {
		return err
	}
	first, err := json.Marshal(s.desc)
	if err != nil {
		return err
	}
	if at := difference(first, again); at != "" {
		return faultf("Describe must not depend on time, chance or the order of a map.", "a second process describes itself differently at %s", at)
	}
	return nil
}

// difference returns a pointer to the first place where two JSON documents
// differ, empty when there is none.
func difference(a, b []byte) string {
	var x, y any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return "/"
	}
	return differs("", x, y)
}

func differs(pointer string, x, y any) string {
	switch x := x.(type) {
	case map[string]any:
		other, ok := y.(map[string]any)
		if !ok || len(x) != len(other) {
			return pointer + "/"
		}
		for _, name := range slices.Sorted(maps.Keys(x)) {
			if at := differs(pointer+"/"+name, x[name], other[name]); at != "" {
				return at
			}
		}
		return ""
	case []any:
		other, ok := y.([]any)
		if !ok || len(x) != len(other) {
			return pointer + "/"
		}
		for i := range x {
			if at := differs(fmt.Sprintf("%s/%d", pointer, i), x[i], other[i]); at != "" {
				return at
			}
		}
		return ""
	}
	if x != y {
		return pointer
	}
	return ""
}
